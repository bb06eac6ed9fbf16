internal import Glibc
internal import JSON
internal import Primitives
internal import Synchronization

/// Tells a loop's story in a terminal: a bar that moves, and a line for each thing that happened.
final class DemonstrationStory: Sendable {
    private struct State {
        var told = 0
        var barIsShown = false
        var lastPlainProgress: Int64 = 0
    }

    private let isTerminal: Bool
    private let state = Mutex(State())
    private static let barWidth = 32

    init(isTerminal: Bool) {
        self.isTerminal = isTerminal
    }

    func begin(url: String, kafka: String) {
        write("Martlet is up: \(url) (Kafka at \(kafka)). Playing fifty years of weather.\n\n")
    }

    /// Prints the steps that are new, and where the replay is.
    func tell(_ snapshot: JSONObject) {
        let steps = snapshot["steps"]?.arrayValue ?? []
        let told = state.withLock { state in
            defer { state.told = max(state.told, steps.count) }
            return state.told
        }
        for step in steps.dropFirst(told) { tellStep(step) }
        tellProgress(snapshot)
    }

    /// Prints what became of it.
    func end(_ report: JSONObject, reportPath: String?, url: String?) {
        clearBar()
        let scored = report["rows_scored"]?.intValue ?? 0
        let seconds = report["seconds"]?.doubleValue ?? 0
        var text = "\n\(scored) rows scored in \(Int(seconds.rounded())) s, \(number(report["lost"])) lost, "
        text += "\(number(report["duplicates"])) twice. "
        text += "Event to prediction: \(latency(report, "p50")) ms (p50), \(latency(report, "p99")) ms (p99).\n\n"
        for promotion in report["promotions"]?.arrayValue ?? [] { text += line(promotion) }
        text += "\n"
        for check in report["checks"]?.arrayValue ?? [] {
            let mark = check["passed"]?.boolValue == true ? "✓" : "✗"
            text += "  \(mark) \(check["name"]?.stringValue ?? ""): \(rounded(check["value"]))\n"
        }
        if let reportPath { text += "\nThe report is in \(reportPath).\n" }
        if let url { text += "\nThe page is at \(url) until you press Ctrl-C.\n" }
        write(text)
    }

    private func line(_ promotion: JSONValue) -> String {
        let versions = "\(number(promotion["previous_version"])) → \(number(promotion["version"]))"
        let gate = promotion["gate"]
        return
            "  row \(number(promotion["row"])): version \(versions), trained on \(promotion["dataset"]?.stringValue ?? "")"
            + ", \((gate?["metric"]?.stringValue ?? "auc").uppercased()) \(rounded(gate?["champion"])) → \(rounded(gate?["challenger"])) on \(number(gate?["rows"])) rows\n"
    }

    private func tellStep(_ step: JSONValue) {
        clearBar()
        let row = step["row"]?.intValue.map { "row \($0)" } ?? ""
        let padded = row + String(repeating: " ", count: max(0, 10 - row.count))
        let kind = step["kind"]?.stringValue ?? ""
        let label = kind + String(repeating: " ", count: max(0, 12 - kind.count))
        write("  \(padded)\(label)\(step["title"]?.stringValue ?? "")\n")
    }

    private func tellProgress(_ snapshot: JSONObject) {
        guard let progress = snapshot["progress"], let total = progress["rows_total"]?.intValue, total > 0 else {
            return
        }
        let scored = progress["rows_scored"]?.intValue ?? 0
        let quality = (snapshot["windows"]?.arrayValue ?? []).last.map { window in
            "AUC \(rounded(window["auc"]?["champion"])), frozen \(rounded(window["auc"]?["frozen"]))"
        }
        let version = snapshot["champion"]?["version"]?.intValue.map { "champion is version \($0)" }
        let details = ["\(scored) of \(total) rows", version, quality].compactMap { $0 }.joined(separator: " · ")
        if isTerminal { return showBar(share: Double(scored) / Double(total), details) }
        let now = MonotonicClock.nowNanoseconds()
        let isDue = state.withLock { state in
            guard now - state.lastPlainProgress > 10_000_000_000 else { return false }
            state.lastPlainProgress = now
            return true
        }
        if isDue { write("  … \(details)\n") }
    }

    private func showBar(share: Double, _ details: String) {
        let full = Int(Double(DemonstrationStory.barWidth) * min(1, share))
        let bar =
            String(repeating: "█", count: full)
            + String(repeating: "░", count: DemonstrationStory.barWidth - full)
        write("\r\u{1B}[2K  \(bar) \(details)")
        state.withLock { $0.barIsShown = true }
    }

    private func clearBar() {
        let shown = state.withLock { state in
            defer { state.barIsShown = false }
            return state.barIsShown
        }
        if shown { write("\r\u{1B}[2K") }
    }

    private func number(_ value: JSONValue?) -> String {
        value?.intValue.map(String.init) ?? "?"
    }

    private func rounded(_ value: JSONValue?) -> String {
        guard let value = value?.doubleValue else { return "?" }
        return String((value * 1_000).rounded() / 1_000)
    }

    private func latency(_ report: JSONObject, _ quantile: String) -> String {
        rounded(report["latency_ms"]?[quantile])
    }

    private func write(_ text: String) {
        var text = text
        text.withUTF8 { _ = Glibc.write(STDOUT_FILENO, $0.baseAddress, $0.count) }
    }
}
