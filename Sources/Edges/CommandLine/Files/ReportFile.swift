internal import Files

/// Writes reports where people asked for them.
enum ReportFile {
    /// Writes `text` at once or not at all.
    static func write(_ text: String, to path: String) throws(CommandFailure) {
        do {
            try File.replace(path, with: Array(text.utf8))
        } catch {
            throw CommandFailure(status: .failed, message: "the report cannot be written: \(error)")
        }
    }
}
