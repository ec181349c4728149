// Stub of the SDK's header, from its documentation: what the firmware uses.
#ifndef SPI_H
#define SPI_H

#include <stddef.h>
#include <stdint.h>

#include "dmac.h"

typedef enum { SPI_DEVICE_0 } spi_device_num_t;
typedef enum { SPI_WORK_MODE_0 } spi_work_mode_t;
typedef enum { SPI_FF_OCTAL = 3 } spi_frame_format_t;
typedef enum { SPI_AITM_AS_FRAME_FORMAT = 2 } spi_instruction_address_trans_mode_t;
typedef enum { SPI_TRANS_CHAR = 1, SPI_TRANS_INT = 4 } spi_transfer_width_t;
typedef enum { SPI_CHIP_SELECT_3 = 3 } spi_chip_select_t;

void spi_init(spi_device_num_t spi_num, spi_work_mode_t work_mode, spi_frame_format_t frame_format,
              size_t data_bit_length, uint32_t endian);
void spi_init_non_standard(spi_device_num_t spi_num, uint32_t instruction_length,
                           uint32_t address_length, uint32_t wait_cycles,
                           spi_instruction_address_trans_mode_t instruction_address_trans_mode);
uint32_t spi_set_clk_rate(spi_device_num_t spi_num, uint32_t spi_clk);
void spi_send_data_normal_dma(dmac_channel_number_t channel_num, spi_device_num_t spi_num,
                              spi_chip_select_t chip_select, const void* tx_buff, size_t tx_len,
                              spi_transfer_width_t spi_transfer_width);

#endif  // SPI_H
