"""Contract steps, one per file: <name>.py is its numpy form, <name>.hpp its C++ and <name>.kt its
Kotlin form.
"""
