internal import CSQLite
internal import Glibc

/// SQL functions that SQLite lacks and the search grammar needs.
enum SQLiteFunctions {
    /// Adds `regexp(pattern, value)`, which the operator `value REGEXP pattern` calls.
    static func register(on handle: OpaquePointer) {
        let flags = SQLITE_UTF8 | SQLITE_DETERMINISTIC
        sqlite3_create_function_v2(handle, "regexp", 2, flags, nil, searchRegularExpression, nil, nil, nil)
    }
}

/// `regexp(pattern, value)`: whether the POSIX extended expression occurs in the value; false for a wrong expression.
private func searchRegularExpression(
    context: OpaquePointer?,
    count: Int32,
    arguments: UnsafeMutablePointer<OpaquePointer?>?
) {
    guard count == 2,
        let arguments,
        let pattern = sqlite3_value_text(arguments[0]),
        let value = sqlite3_value_text(arguments[1])
    else {
        sqlite3_result_null(context)
        return
    }
    var expression = regex_t()
    let compiled = pattern.withMemoryRebound(to: CChar.self, capacity: 1) { text in
        regcomp(&expression, text, REG_EXTENDED | REG_NOSUB)
    }
    guard compiled == 0 else {
        sqlite3_result_int(context, 0)
        return
    }
    defer { regfree(&expression) }
    let found = value.withMemoryRebound(to: CChar.self, capacity: 1) { text in
        regexec(&expression, text, 0, nil, 0)
    }
    sqlite3_result_int(context, found == 0 ? 1 : 0)
}
