#include "CSIMDJSON.h"

#include <cstring>
#include <new>
#include <simdjson.h>

struct martlet_json_parser {
    simdjson::dom::parser parser;
};

extern "C" martlet_json_parser *martlet_json_create(void) {
    return new (std::nothrow) martlet_json_parser();
}

extern "C" void martlet_json_destroy(martlet_json_parser *parser) {
    delete parser;
}

/// The strings lie in the order of the tape, so the last one tells how much of the buffer is in use.
static size_t used_strings(const uint64_t *words, size_t count, const uint8_t *strings) {
    size_t end = 0;
    for (size_t index = 1; index < count; index++) {
        char type = (char)(words[index] >> 56);
        if (type == '"') {
            size_t start = (size_t)(words[index] & 0x00FFFFFFFFFFFFFFULL);
            uint32_t length;
            memcpy(&length, strings + start, sizeof length);
            end = start + 4 + length + 1;
        } else if (type == 'l' || type == 'u' || type == 'd') {
            index++;
        }
    }
    return end;
}

extern "C" int martlet_json_parse(
    martlet_json_parser *parser,
    const uint8_t *bytes,
    size_t length,
    size_t maximum_depth,
    martlet_json_tape *tape
) {
    try {
        if (parser->parser.capacity() < length || parser->parser.max_depth() != maximum_depth) {
            simdjson::error_code code = parser->parser.allocate(length, maximum_depth);
            if (code != simdjson::SUCCESS) { return code; }
        }
        simdjson::error_code code = parser->parser.parse(bytes, length, true).error();
        if (code != simdjson::SUCCESS) { return code; }
        tape->words = parser->parser.doc.tape.get();
        tape->strings = parser->parser.doc.string_buf.get();
        // The root word names the index behind the last word; the last string ends the buffer in use.
        tape->words_count = (size_t)(tape->words[0] & 0x00FFFFFFFFFFFFFFULL);
        tape->strings_count = used_strings(tape->words, tape->words_count, tape->strings);
        return 0;
    } catch (...) {
        return simdjson::MEMALLOC;
    }
}
