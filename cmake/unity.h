// Lets several files that protoc wrote be compiled as one: the names that each of them defines
// for itself become others in each. WICI_FILE is a name of the file, set by CMake.
#define WICI_JOIN_(a, b) a##b
#define WICI_JOIN(a, b) WICI_JOIN_(a, b)
#define file_default_instances WICI_JOIN(file_default_instances_, WICI_FILE)
#define schemas WICI_JOIN(schemas_, WICI_FILE)
