#include "CDuckDB.h"

#include <dlfcn.h>
#include <stdio.h>

_Static_assert(sizeof(CDuckDBString) == 16, "DuckDB's strings take 16 bytes");
_Static_assert(sizeof(CDuckDBResult) == 48, "DuckDB's results take 48 bytes");

static void explain(char *reason, size_t capacity) {
    const char *text = dlerror();
    snprintf(reason, capacity, "%s", text != NULL ? text : "no reason given");
}

#define RESOLVE(name)                                                                       \
    do {                                                                                    \
        void *symbol = dlsym(library, "duckdb_" #name);                                     \
        if (symbol == NULL) {                                                               \
            snprintf(reason, capacity, "%s has no function duckdb_%s", path, #name);        \
            dlclose(library);                                                               \
            return false;                                                                   \
        }                                                                                   \
        functions->name = (__typeof__(functions->name))symbol;                              \
    } while (0)

bool CDuckDBOpen(const char *path, const char *needed, CDuckDBFunctions *functions, char *reason, size_t capacity) {
    if (needed != NULL && dlopen(needed, RTLD_NOW | RTLD_GLOBAL) == NULL) {
        explain(reason, capacity);
        return false;
    }
    void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (library == NULL) {
        explain(reason, capacity);
        return false;
    }
    RESOLVE(library_version);
    RESOLVE(create_config);
    RESOLVE(set_config);
    RESOLVE(destroy_config);
    RESOLVE(open_ext);
    RESOLVE(close);
    RESOLVE(connect);
    RESOLVE(disconnect);
    RESOLVE(interrupt);
    RESOLVE(free);

    RESOLVE(extract_statements);
    RESOLVE(extract_statements_error);
    RESOLVE(prepare_extracted_statement);
    RESOLVE(destroy_extracted);
    RESOLVE(prepare_error);
    RESOLVE(destroy_prepare);
    RESOLVE(nparams);
    RESOLVE(bind_null);
    RESOLVE(bind_boolean);
    RESOLVE(bind_int64);
    RESOLVE(bind_double);
    RESOLVE(bind_timestamp);
    RESOLVE(bind_varchar_length);
    RESOLVE(pending_prepared);
    RESOLVE(pending_prepared_streaming);
    RESOLVE(pending_error);
    RESOLVE(execute_pending);
    RESOLVE(destroy_pending);

    RESOLVE(destroy_result);
    RESOLVE(result_error);
    RESOLVE(result_error_type);
    RESOLVE(column_count);
    RESOLVE(column_name);
    RESOLVE(column_type);
    RESOLVE(column_logical_type);
    RESOLVE(decimal_scale);
    RESOLVE(decimal_internal_type);
    RESOLVE(fetch_chunk);

    RESOLVE(create_logical_type);
    RESOLVE(destroy_logical_type);
    RESOLVE(create_data_chunk);
    RESOLVE(destroy_data_chunk);
    RESOLVE(data_chunk_reset);
    RESOLVE(data_chunk_get_size);
    RESOLVE(data_chunk_set_size);
    RESOLVE(data_chunk_get_vector);
    RESOLVE(vector_size);
    RESOLVE(vector_get_data);
    RESOLVE(vector_get_validity);
    RESOLVE(vector_ensure_validity_writable);
    RESOLVE(vector_assign_string_element_len);

    RESOLVE(appender_create);
    RESOLVE(append_data_chunk);
    RESOLVE(appender_close);
    RESOLVE(appender_error);
    RESOLVE(appender_destroy);

    RESOLVE(create_aggregate_function);
    RESOLVE(destroy_aggregate_function);
    RESOLVE(aggregate_function_set_name);
    RESOLVE(aggregate_function_add_parameter);
    RESOLVE(aggregate_function_set_return_type);
    RESOLVE(aggregate_function_set_special_handling);
    RESOLVE(aggregate_function_set_functions);
    RESOLVE(register_aggregate_function);
    return true;
}
