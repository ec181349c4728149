// Requests of HTTP/1.1 (RFC 9112), as far as the live server answers them.
#pragma once

#include <optional>
#include <string>

namespace zoo {

// path: without its query.  host: without its port.  token: of the query, or of the header
// Authorization: Bearer; empty for none.
struct HttpRequest {
  std::string method;
  std::string path;
  std::string host;
  std::string token;
};

// Parses a request up to and with the empty line after its headers; none if it is malformed.
std::optional<HttpRequest> parse_request(const std::string& head);

// Whether two secrets are the same, in a time that depends on their lengths alone.
bool is_same_secret(const std::string& one, const std::string& other);

}  // namespace zoo
