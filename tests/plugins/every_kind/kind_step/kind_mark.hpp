// The step's C++ form.
