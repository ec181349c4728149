#include "backends/openvino_api.hpp"

namespace zoo::ov {

Api::Api(const SharedLibrary& library)
    : last_message(library, "ov_get_last_err_msg"),
      create_core(library, "ov_core_create"),
      read(library, "ov_core_read_model"),
      input(library, "ov_model_const_input_by_name"),
      output(library, "ov_model_const_output_by_name"),
      shape(library, "ov_port_get_partial_shape"),
      reshape(library, "ov_model_reshape_input_by_name"),
      compile(library, "ov_core_compile_model"),
      create_request(library, "ov_compiled_model_create_infer_request"),
      tensor(library, "ov_infer_request_get_tensor"),
      infer(library, "ov_infer_request_infer"),
      tensor_bytes(library, "ov_tensor_get_byte_size"),
      tensor_data(library, "ov_tensor_data"),
      free_shape(library, "ov_partial_shape_free"),
      free_core(library, "ov_core_free"),
      free_network(library, "ov_model_free"),
      free_compiled(library, "ov_compiled_model_free"),
      free_request(library, "ov_infer_request_free"),
      free_tensor(library, "ov_tensor_free"),
      free_port(library, "ov_output_const_port_free") {}

void Api::require(int status) const {
  if (status == 0) return;
  const char* message = last_message();
  const std::string text = message == nullptr ? "" : message;
  throw Error("OpenVINO: " + (text.empty() ? "status " + std::to_string(status) : text));
}

}  // namespace zoo::ov
