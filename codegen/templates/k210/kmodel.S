// The network, in the firmware.
  .section .rodata
  .global kmodel
  .balign 128
kmodel:
  .incbin "network.kmodel"
