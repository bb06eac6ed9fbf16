#pragma once

#include <stddef.h>
#include <stdint.h>

/*
 * ONNX Runtime, opened at run time. Its C API is a table of functions whose positions never change; the functions below
 * call those that we use by their position in the table of version 8, which every later library still provides.
 */

typedef struct OrtStatus OrtStatus;
typedef struct OrtEnv OrtEnv;
typedef struct OrtSession OrtSession;
typedef struct OrtSessionOptions OrtSessionOptions;
typedef struct OrtRunOptions OrtRunOptions;
typedef struct OrtValue OrtValue;
typedef struct OrtAllocator OrtAllocator;
typedef struct OrtMemoryInfo OrtMemoryInfo;
typedef struct OrtTypeInfo OrtTypeInfo;
typedef struct OrtTensorTypeAndShapeInfo OrtTensorTypeAndShapeInfo;

typedef struct martlet_ort {
    void *const *functions; /* null where the library could not be opened */
    const char *version;
    char error[512];
} martlet_ort;

/* Opens a library and takes its table of functions. The library stays open for the life of the process. */
martlet_ort martlet_ort_open(const char *path);

#define MARTLET_ORT(position, result, ...) ((result(*)(__VA_ARGS__))functions[position])

typedef void *const *martlet_ort_functions;

static inline int ort_error_code(martlet_ort_functions functions, const OrtStatus *status) {
    return MARTLET_ORT(1, int, const OrtStatus *)(status);
}

static inline const char *ort_error_message(martlet_ort_functions functions, const OrtStatus *status) {
    return MARTLET_ORT(2, const char *, const OrtStatus *)(status);
}

static inline OrtStatus *ort_create_env(martlet_ort_functions functions, int log_level, const char *name, OrtEnv **env) {
    return MARTLET_ORT(3, OrtStatus *, int, const char *, OrtEnv **)(log_level, name, env);
}

static inline OrtStatus *ort_create_session(martlet_ort_functions functions,
                                            OrtEnv *env,
                                            const char *path,
                                            const OrtSessionOptions *options,
                                            OrtSession **session) {
    return MARTLET_ORT(7, OrtStatus *, OrtEnv *, const char *, const OrtSessionOptions *, OrtSession **)(
        env, path, options, session);
}

static inline OrtStatus *ort_run(martlet_ort_functions functions,
                                 OrtSession *session,
                                 const char *const *input_names,
                                 const OrtValue *const *inputs,
                                 size_t input_count,
                                 const char *const *output_names,
                                 size_t output_count,
                                 OrtValue **outputs) {
    return MARTLET_ORT(9, OrtStatus *, OrtSession *, const OrtRunOptions *, const char *const *,
                       const OrtValue *const *, size_t, const char *const *, size_t, OrtValue **)(
        session, NULL, input_names, inputs, input_count, output_names, output_count, outputs);
}

static inline OrtStatus *ort_create_session_options(martlet_ort_functions functions, OrtSessionOptions **options) {
    return MARTLET_ORT(10, OrtStatus *, OrtSessionOptions **)(options);
}

static inline OrtStatus *ort_set_optimization(martlet_ort_functions functions, OrtSessionOptions *options, int level) {
    return MARTLET_ORT(23, OrtStatus *, OrtSessionOptions *, int)(options, level);
}

static inline OrtStatus *ort_set_intra_op_threads(martlet_ort_functions functions, OrtSessionOptions *options, int n) {
    return MARTLET_ORT(24, OrtStatus *, OrtSessionOptions *, int)(options, n);
}

static inline OrtStatus *ort_set_inter_op_threads(martlet_ort_functions functions, OrtSessionOptions *options, int n) {
    return MARTLET_ORT(25, OrtStatus *, OrtSessionOptions *, int)(options, n);
}

static inline OrtStatus *ort_input_count(martlet_ort_functions functions, const OrtSession *session, size_t *count) {
    return MARTLET_ORT(30, OrtStatus *, const OrtSession *, size_t *)(session, count);
}

static inline OrtStatus *ort_output_count(martlet_ort_functions functions, const OrtSession *session, size_t *count) {
    return MARTLET_ORT(31, OrtStatus *, const OrtSession *, size_t *)(session, count);
}

static inline OrtStatus *ort_input_type(martlet_ort_functions functions,
                                        const OrtSession *session,
                                        size_t index,
                                        OrtTypeInfo **info) {
    return MARTLET_ORT(33, OrtStatus *, const OrtSession *, size_t, OrtTypeInfo **)(session, index, info);
}

static inline OrtStatus *ort_output_type(martlet_ort_functions functions,
                                         const OrtSession *session,
                                         size_t index,
                                         OrtTypeInfo **info) {
    return MARTLET_ORT(34, OrtStatus *, const OrtSession *, size_t, OrtTypeInfo **)(session, index, info);
}

static inline OrtStatus *ort_input_name(martlet_ort_functions functions,
                                        const OrtSession *session,
                                        size_t index,
                                        OrtAllocator *allocator,
                                        char **name) {
    return MARTLET_ORT(36, OrtStatus *, const OrtSession *, size_t, OrtAllocator *, char **)(
        session, index, allocator, name);
}

static inline OrtStatus *ort_output_name(martlet_ort_functions functions,
                                         const OrtSession *session,
                                         size_t index,
                                         OrtAllocator *allocator,
                                         char **name) {
    return MARTLET_ORT(37, OrtStatus *, const OrtSession *, size_t, OrtAllocator *, char **)(
        session, index, allocator, name);
}

/* The tensor borrows `data`, which must outlive it. */
static inline OrtStatus *ort_borrow_tensor(martlet_ort_functions functions,
                                           const OrtMemoryInfo *memory,
                                           void *data,
                                           size_t bytes,
                                           const int64_t *shape,
                                           size_t rank,
                                           int element_type,
                                           OrtValue **value) {
    return MARTLET_ORT(49, OrtStatus *, const OrtMemoryInfo *, void *, size_t, const int64_t *, size_t, int,
                       OrtValue **)(memory, data, bytes, shape, rank, element_type, value);
}

static inline OrtStatus *ort_tensor_data(martlet_ort_functions functions, OrtValue *value, void **data) {
    return MARTLET_ORT(51, OrtStatus *, OrtValue *, void **)(value, data);
}

/* The result belongs to `info` and is not released. */
static inline OrtStatus *ort_tensor_info(martlet_ort_functions functions,
                                         const OrtTypeInfo *info,
                                         const OrtTensorTypeAndShapeInfo **tensor) {
    return MARTLET_ORT(55, OrtStatus *, const OrtTypeInfo *, const OrtTensorTypeAndShapeInfo **)(info, tensor);
}

static inline OrtStatus *ort_type_kind(martlet_ort_functions functions, const OrtTypeInfo *info, int *kind) {
    return MARTLET_ORT(56, OrtStatus *, const OrtTypeInfo *, int *)(info, kind);
}

static inline OrtStatus *ort_element_type(martlet_ort_functions functions,
                                          const OrtTensorTypeAndShapeInfo *info,
                                          int *type) {
    return MARTLET_ORT(60, OrtStatus *, const OrtTensorTypeAndShapeInfo *, int *)(info, type);
}

static inline OrtStatus *ort_rank(martlet_ort_functions functions, const OrtTensorTypeAndShapeInfo *info, size_t *rank) {
    return MARTLET_ORT(61, OrtStatus *, const OrtTensorTypeAndShapeInfo *, size_t *)(info, rank);
}

static inline OrtStatus *ort_dimensions(martlet_ort_functions functions,
                                        const OrtTensorTypeAndShapeInfo *info,
                                        int64_t *dimensions,
                                        size_t rank) {
    return MARTLET_ORT(62, OrtStatus *, const OrtTensorTypeAndShapeInfo *, int64_t *, size_t)(info, dimensions, rank);
}

static inline OrtStatus *ort_element_count(martlet_ort_functions functions,
                                           const OrtTensorTypeAndShapeInfo *info,
                                           size_t *count) {
    return MARTLET_ORT(64, OrtStatus *, const OrtTensorTypeAndShapeInfo *, size_t *)(info, count);
}

static inline OrtStatus *ort_value_info(martlet_ort_functions functions,
                                        const OrtValue *value,
                                        OrtTensorTypeAndShapeInfo **info) {
    return MARTLET_ORT(65, OrtStatus *, const OrtValue *, OrtTensorTypeAndShapeInfo **)(value, info);
}

static inline OrtStatus *ort_create_cpu_memory(martlet_ort_functions functions, OrtMemoryInfo **memory) {
    return MARTLET_ORT(69, OrtStatus *, int, int, OrtMemoryInfo **)(1, 0, memory);
}

static inline OrtStatus *ort_free(martlet_ort_functions functions, OrtAllocator *allocator, void *memory) {
    return MARTLET_ORT(76, OrtStatus *, OrtAllocator *, void *)(allocator, memory);
}

static inline OrtStatus *ort_default_allocator(martlet_ort_functions functions, OrtAllocator **allocator) {
    return MARTLET_ORT(78, OrtStatus *, OrtAllocator **)(allocator);
}

static inline OrtStatus *ort_get_value(martlet_ort_functions functions,
                                       const OrtValue *container,
                                       int index,
                                       OrtAllocator *allocator,
                                       OrtValue **value) {
    return MARTLET_ORT(80, OrtStatus *, const OrtValue *, int, OrtAllocator *, OrtValue **)(
        container, index, allocator, value);
}

static inline OrtStatus *ort_value_count(martlet_ort_functions functions, const OrtValue *container, size_t *count) {
    return MARTLET_ORT(81, OrtStatus *, const OrtValue *, size_t *)(container, count);
}

static inline void ort_release_env(martlet_ort_functions functions, OrtEnv *env) {
    MARTLET_ORT(92, void, OrtEnv *)(env);
}

static inline void ort_release_status(martlet_ort_functions functions, OrtStatus *status) {
    MARTLET_ORT(93, void, OrtStatus *)(status);
}

static inline void ort_release_memory(martlet_ort_functions functions, OrtMemoryInfo *memory) {
    MARTLET_ORT(94, void, OrtMemoryInfo *)(memory);
}

static inline void ort_release_session(martlet_ort_functions functions, OrtSession *session) {
    MARTLET_ORT(95, void, OrtSession *)(session);
}

static inline void ort_release_value(martlet_ort_functions functions, OrtValue *value) {
    MARTLET_ORT(96, void, OrtValue *)(value);
}

static inline void ort_release_type(martlet_ort_functions functions, OrtTypeInfo *info) {
    MARTLET_ORT(98, void, OrtTypeInfo *)(info);
}

static inline void ort_release_value_info(martlet_ort_functions functions, OrtTensorTypeAndShapeInfo *info) {
    MARTLET_ORT(99, void, OrtTensorTypeAndShapeInfo *)(info);
}

static inline void ort_release_session_options(martlet_ort_functions functions, OrtSessionOptions *options) {
    MARTLET_ORT(100, void, OrtSessionOptions *)(options);
}

#undef MARTLET_ORT
