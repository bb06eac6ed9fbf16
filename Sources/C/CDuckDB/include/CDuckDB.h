// DuckDB's C API, opened at run time: only what Lake calls, with the names and layouts of DuckDB's stable API.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Owned by DuckDB; each is ended by the call named after it.
typedef struct CDuckDBDatabaseState *CDuckDBDatabase;      // close
typedef struct CDuckDBConnectionState *CDuckDBConnection;  // disconnect
typedef struct CDuckDBConfigState *CDuckDBConfig;          // destroy_config
typedef struct CDuckDBStatementState *CDuckDBStatement;    // destroy_prepare
typedef struct CDuckDBPendingState *CDuckDBPending;        // destroy_pending
typedef struct CDuckDBExtractedState *CDuckDBExtracted;    // destroy_extracted
typedef struct CDuckDBChunkState *CDuckDBChunk;            // destroy_data_chunk
typedef struct CDuckDBTypeState *CDuckDBLogicalType;       // destroy_logical_type
typedef struct CDuckDBAppenderState *CDuckDBAppender;      // appender_destroy
typedef struct CDuckDBVectorState *CDuckDBVector;          // belongs to its chunk
typedef struct CDuckDBAggregateBox *CDuckDBAggregate;      // destroy_aggregate_function
typedef struct CDuckDBCallState *CDuckDBCall;              // belongs to the call of an aggregate's function
typedef struct CDuckDBAggregateState *CDuckDBAggregateState;  // belongs to DuckDB; as many bytes as were asked for

/// A result, materialised or streaming; ended by `destroy_result`. The fields are DuckDB's own.
typedef struct CDuckDBResult {
    uint64_t deprecated_column_count;
    uint64_t deprecated_row_count;
    uint64_t deprecated_rows_changed;
    void *deprecated_columns;
    char *deprecated_error_message;
    void *internal_data;
} CDuckDBResult;

/// A string in a vector: up to 12 bytes inside, longer ones behind a pointer. Read with `CDuckDBStringBytes`.
typedef struct CDuckDBString {
    uint32_t length;
    char inlined[4];
    union {
        char rest[8];
        const char *pointer;
    };
} CDuckDBString;

/// The `length` bytes of a string, valid as long as its chunk; not ended by a zero.
static inline const char *CDuckDBStringBytes(const CDuckDBString *string) {
    return string->length <= 12 ? string->inlined : string->pointer;
}

/// A 128-bit number: `upper` * 2^64 + `lower`.
typedef struct CDuckDBHugeInteger {
    uint64_t lower;
    int64_t upper;
} CDuckDBHugeInteger;

/// Microseconds since 1970-01-01.
typedef struct CDuckDBTimestamp {
    int64_t microseconds;
} CDuckDBTimestamp;

/// The types of columns, DuckDB's `duckdb_type`.
enum {
    CDuckDBTypeBoolean = 1,
    CDuckDBTypeInteger8 = 2,
    CDuckDBTypeInteger16 = 3,
    CDuckDBTypeInteger32 = 4,
    CDuckDBTypeInteger64 = 5,
    CDuckDBTypeUnsigned8 = 6,
    CDuckDBTypeUnsigned16 = 7,
    CDuckDBTypeUnsigned32 = 8,
    CDuckDBTypeUnsigned64 = 9,
    CDuckDBTypeFloat = 10,
    CDuckDBTypeDouble = 11,
    CDuckDBTypeTimestamp = 12,
    CDuckDBTypeDate = 13,
    CDuckDBTypeHugeInteger = 16,
    CDuckDBTypeText = 17,
    CDuckDBTypeDecimal = 19,
    CDuckDBTypeTimestampSeconds = 20,
    CDuckDBTypeTimestampMilliseconds = 21,
    CDuckDBTypeTimestampNanoseconds = 22,
    CDuckDBTypeTimestampZoned = 31,
    CDuckDBTypeNull = 36,
};

/// DuckDB's `duckdb_error_type` where Lake tells errors apart.
enum {
    CDuckDBErrorOutOfMemory = 33,
    CDuckDBErrorInterrupt = 29,
    CDuckDBErrorInputOutput = 28,
};

/// What an aggregate is made of, called on DuckDB's threads.
typedef uint64_t (*CDuckDBStateSize)(CDuckDBCall call);
typedef void (*CDuckDBStateBegin)(CDuckDBCall call, CDuckDBAggregateState state);
/// `states` has an entry for each row of the chunk.
typedef void (*CDuckDBStateUpdate)(CDuckDBCall call, CDuckDBChunk input, CDuckDBAggregateState *states);
typedef void (*CDuckDBStateCombine)(
    CDuckDBCall call, CDuckDBAggregateState *sources, CDuckDBAggregateState *targets, uint64_t count);
typedef void (*CDuckDBStateEnd)(
    CDuckDBCall call, CDuckDBAggregateState *sources, CDuckDBVector result, uint64_t count, uint64_t offset);

/// DuckDB's functions, each a `duckdb_` function of the same name. A state of 0 is success.
typedef struct CDuckDBFunctions {
    const char *(*library_version)(void);
    int32_t (*create_config)(CDuckDBConfig *out);
    int32_t (*set_config)(CDuckDBConfig config, const char *name, const char *option);
    void (*destroy_config)(CDuckDBConfig *config);
    int32_t (*open_ext)(const char *path, CDuckDBDatabase *out, CDuckDBConfig config, char **error);
    void (*close)(CDuckDBDatabase *database);
    int32_t (*connect)(CDuckDBDatabase database, CDuckDBConnection *out);
    void (*disconnect)(CDuckDBConnection *connection);
    void (*interrupt)(CDuckDBConnection connection);
    void (*free)(void *pointer);

    uint64_t (*extract_statements)(CDuckDBConnection connection, const char *sql, CDuckDBExtracted *out);
    const char *(*extract_statements_error)(CDuckDBExtracted statements);
    int32_t (*prepare_extracted_statement)(
        CDuckDBConnection connection, CDuckDBExtracted statements, uint64_t index, CDuckDBStatement *out);
    void (*destroy_extracted)(CDuckDBExtracted *statements);
    const char *(*prepare_error)(CDuckDBStatement statement);
    void (*destroy_prepare)(CDuckDBStatement *statement);
    uint64_t (*nparams)(CDuckDBStatement statement);
    int32_t (*bind_null)(CDuckDBStatement statement, uint64_t index);
    int32_t (*bind_boolean)(CDuckDBStatement statement, uint64_t index, bool value);
    int32_t (*bind_int64)(CDuckDBStatement statement, uint64_t index, int64_t value);
    int32_t (*bind_double)(CDuckDBStatement statement, uint64_t index, double value);
    int32_t (*bind_timestamp)(CDuckDBStatement statement, uint64_t index, CDuckDBTimestamp value);
    int32_t (*bind_varchar_length)(CDuckDBStatement statement, uint64_t index, const char *text, uint64_t length);
    int32_t (*pending_prepared)(CDuckDBStatement statement, CDuckDBPending *out);
    int32_t (*pending_prepared_streaming)(CDuckDBStatement statement, CDuckDBPending *out);
    const char *(*pending_error)(CDuckDBPending pending);
    int32_t (*execute_pending)(CDuckDBPending pending, CDuckDBResult *out);
    void (*destroy_pending)(CDuckDBPending *pending);

    void (*destroy_result)(CDuckDBResult *result);
    const char *(*result_error)(CDuckDBResult *result);
    int32_t (*result_error_type)(CDuckDBResult *result);
    uint64_t (*column_count)(CDuckDBResult *result);
    const char *(*column_name)(CDuckDBResult *result, uint64_t column);
    int32_t (*column_type)(CDuckDBResult *result, uint64_t column);
    CDuckDBLogicalType (*column_logical_type)(CDuckDBResult *result, uint64_t column);
    uint8_t (*decimal_scale)(CDuckDBLogicalType type);
    int32_t (*decimal_internal_type)(CDuckDBLogicalType type);
    CDuckDBChunk (*fetch_chunk)(CDuckDBResult result);

    CDuckDBLogicalType (*create_logical_type)(int32_t type);
    void (*destroy_logical_type)(CDuckDBLogicalType *type);
    CDuckDBChunk (*create_data_chunk)(CDuckDBLogicalType *types, uint64_t count);
    void (*destroy_data_chunk)(CDuckDBChunk *chunk);
    void (*data_chunk_reset)(CDuckDBChunk chunk);
    uint64_t (*data_chunk_get_size)(CDuckDBChunk chunk);
    void (*data_chunk_set_size)(CDuckDBChunk chunk, uint64_t size);
    CDuckDBVector (*data_chunk_get_vector)(CDuckDBChunk chunk, uint64_t column);
    uint64_t (*vector_size)(void);
    void *(*vector_get_data)(CDuckDBVector vector);
    uint64_t *(*vector_get_validity)(CDuckDBVector vector);
    void (*vector_ensure_validity_writable)(CDuckDBVector vector);
    void (*vector_assign_string_element_len)(CDuckDBVector vector, uint64_t index, const char *text, uint64_t length);

    int32_t (*appender_create)(
        CDuckDBConnection connection, const char *schema, const char *table, CDuckDBAppender *out);
    int32_t (*append_data_chunk)(CDuckDBAppender appender, CDuckDBChunk chunk);
    int32_t (*appender_close)(CDuckDBAppender appender);
    const char *(*appender_error)(CDuckDBAppender appender);
    int32_t (*appender_destroy)(CDuckDBAppender *appender);

    CDuckDBAggregate (*create_aggregate_function)(void);
    void (*destroy_aggregate_function)(CDuckDBAggregate *function);
    void (*aggregate_function_set_name)(CDuckDBAggregate function, const char *name);
    void (*aggregate_function_add_parameter)(CDuckDBAggregate function, CDuckDBLogicalType type);
    void (*aggregate_function_set_return_type)(CDuckDBAggregate function, CDuckDBLogicalType type);
    void (*aggregate_function_set_special_handling)(CDuckDBAggregate function);
    void (*aggregate_function_set_functions)(
        CDuckDBAggregate function, CDuckDBStateSize size, CDuckDBStateBegin begin, CDuckDBStateUpdate update,
        CDuckDBStateCombine combine, CDuckDBStateEnd end);
    int32_t (*register_aggregate_function)(CDuckDBConnection connection, CDuckDBAggregate function);
} CDuckDBFunctions;

/// Opens the library at `path` and fills `functions`; it stays open for the life of the process.
///
/// `needed` is a library to open before with its symbols visible to all, or null. Returns true on success; otherwise
/// writes why not, as one line, to `reason` of `capacity` bytes. Blocks for the disk; any thread.
bool CDuckDBOpen(const char *path, const char *needed, CDuckDBFunctions *functions, char *reason, size_t capacity);
