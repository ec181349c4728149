# Settings for the SDK's Makefile, which build.sh puts beside this file.
PROJECT = firmware
# classify, or energy for the evaluation kit's power monitor.
PROGRAM ?= classify
# uart or camera.
PICTURES ?= uart
# accelerator, if ai8xize.py has made its code, or processor.
RUNS_ON ?= $(if $(wildcard accelerator/cnn.c),accelerator,processor)

VPATH += . board $(PROGRAM) $(RUNS_ON)
IPATH += . ../network
ifeq ($(PROGRAM),classify)
VPATH += $(PICTURES)
endif
ifeq ($(RUNS_ON),accelerator)
IPATH += accelerator
else
VPATH += ../network
endif
