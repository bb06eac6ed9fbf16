#include "COnnxRuntime.h"

#include <dlfcn.h>
#include <stdio.h>

struct api_base {
    const void *(*get_api)(uint32_t version);
    const char *(*version)(void);
};

enum { API_VERSION = 8 };

martlet_ort martlet_ort_open(const char *path) {
    martlet_ort runtime = {0};
    void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (library == NULL) {
        const char *reason = dlerror();
        snprintf(runtime.error, sizeof runtime.error, "%s", reason != NULL ? reason : path);
        return runtime;
    }
    const struct api_base *(*entry)(void) = (const struct api_base *(*)(void))dlsym(library, "OrtGetApiBase");
    if (entry == NULL) {
        snprintf(runtime.error, sizeof runtime.error, "%s has no OrtGetApiBase: it is not ONNX Runtime", path);
        dlclose(library);
        return runtime;
    }
    const struct api_base *base = entry();
    runtime.version = base->version();
    runtime.functions = (void *const *)base->get_api(API_VERSION);
    if (runtime.functions == NULL) {
        snprintf(runtime.error, sizeof runtime.error, "%s (ONNX Runtime %s) does not offer API version %d", path,
                 runtime.version, API_VERSION);
    }
    return runtime;
}
