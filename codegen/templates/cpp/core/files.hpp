// Names and contents of files, with POSIX calls: <filesystem> is missing on older boards.
#pragma once

#include <string>
#include <vector>

namespace zoo {

bool is_file(const std::string& path);
bool is_directory(const std::string& path);
bool is_character_device(const std::string& path);
bool is_present(const std::string& path);

// Whether both names are of one file or directory that exists.
bool is_same_file(const std::string& path, const std::string& other);

// Names in a directory, sorted; throws Error.
std::vector<std::string> list_directory(const std::string& path);

// Creates a directory unless it exists; throws Error.
void make_directory(const std::string& path);

// Whole content, also of a pipe; throws Error.
std::string read_file(const std::string& path);

// Writes a file, whole or not at all; throws Error.
void write_file(const std::string& path, const std::string& content);

// "photo.png" of "a/photo.png"; "." of "photo.png"; "photo" of "a/photo.png"; "png" of "A.PNG".
std::string base_name(const std::string& path);
std::string directory_name(const std::string& path);
std::string stem(const std::string& path);
std::string lower_suffix(const std::string& path);

// Directory of this program.
std::string program_directory();

}  // namespace zoo
