import Files
import JSON
import Statistics
import Testing

@testable import Monitoring

struct ChangeDetectionTests {
    private var definition: MonitorDefinition {
        var definition = StreamScript.definition()
        definition.drift = nil
        return definition
    }

    /// What the detectors tell of a script whose topics are read in bursts of random length; the state is written down
    /// and read back between them where `restarts`.
    private func news(_ script: StreamScript, seed: UInt64 = 1, restarts: Bool = false) throws -> [DetectorNews] {
        var generator = SplitMix(seed: seed)
        var sources = script.sources.map { $0[...] }
        var assembler = WindowAssembler(script.definition)
        var news: [DetectorNews] = []
        while let source = sources.indices.filter({ !sources[$0].isEmpty }).randomElement(using: &generator) {
            for event in sources[source].prefix(1 + Int(generator.next() % 60)) {
                assembler.receive(event)
                sources[source].removeFirst()
            }
            while let step = assembler.nextStep() {
                if case .detector(let told) = step { news.append(told) }
            }
            if restarts, generator.next().isMultiple(of: 4) { assembler = try restarted(assembler) }
        }
        return news
    }

    private func restarted(_ assembler: WindowAssembler) throws -> WindowAssembler {
        let snapshot = MonitorSnapshot(
            intake: MonitorIntake(assembler.definition),
            assembler: assembler,
            alerts: AlertBook()
        )
        return try MonitorSnapshot(decoding: snapshot.encoded(), for: assembler.definition).assembler
    }

    private func changes(_ news: [DetectorNews]) -> [DetectedChange] {
        news.compactMap { if case .changed(let change, _) = $0.content { change } else { nil } }
    }

    /// A script whose column `a` holds these cells.
    private func script(_ cells: [Cell], _ detectors: [DetectorDefinition]) -> StreamScript {
        var definition = definition
        definition.detectors = detectors
        var script = StreamScript.make(count: cells.count, definition: definition)
        for (index, event) in script.sources[0].enumerated() {
            guard case .row(var row) = event else { continue }
            row.cells[0] = cells[index]
            script.sources[0][index] = .row(row)
        }
        return script
    }

    /// Rows of a level that shifts, with cells in between that are no numbers.
    private var shifting: [Cell] {
        var generator = SplitMix(seed: 7)
        return (0..<900).map { row in
            switch row % 97 {
            case 13: .missing
            case 41: .mistyped
            case 77: .nonFinite
            default: .number(generator.normal() + (row < 300 ? 0 : row < 600 ? 2 : -1))
            }
        }
    }

    private static let everyMethod: [DetectorDefinition] = [
        DetectorDefinition(.column("a"), .adwin, parameters: ["delta": 0.01, "clock": 8, "max_buckets": 4]),
        DetectorDefinition(
            .column("a"),
            .pageHinkley,
            parameters: ["threshold": 20, "mode": "up", "min_instances": 20]
        ),
        DetectorDefinition(.column("a"), .kswin, parameters: ["seed": 42]),
    ]

    private static let everyErrorMethod: [DetectorDefinition] = [
        DetectorDefinition(.errors, .adwin), DetectorDefinition(.errors, .hddmA),
        DetectorDefinition(.errors, .hddmW, parameters: ["lambda_val": 0.1, "two_sided_test": true]),
        DetectorDefinition(.errors, .ddm), DetectorDefinition(.errors, .eddm, parameters: ["warm_start": 10]),
        DetectorDefinition(.errors, .fhddm, parameters: ["sliding_window_size": 50]),
        DetectorDefinition(.errors, .pageHinkley, parameters: ["threshold": 5]),
        DetectorDefinition(.predictions, .adwin), DetectorDefinition(.predictions, .kswin, parameters: ["alpha": 0.05]),
    ]

    @Test(arguments: everyMethod)
    func `a column's changes are those of the detector run by hand`(detector: DetectorDefinition) throws {
        var byHand = try detector.fresh()
        var expected: [Int64] = []
        for (row, cell) in shifting.enumerated() {
            guard case .number(let value) = cell else { continue }
            if byHand.update(value) == .drift { expected.append(Int64(row)) }
        }
        let script = script(shifting, [detector])
        for seed: UInt64 in 1...4 {
            let found = changes(try news(script, seed: seed, restarts: seed > 1))
            #expect(found.map(\.row) == expected)
            #expect(found.allSatisfy { $0.window == Int($0.row / 100) && $0.time == $0.row * 1000 })
        }
        #expect(!expected.isEmpty)
    }

    @Test(arguments: everyErrorMethod)
    func `changes of errors and predictions are those of the detector run by hand, anew for each version`(
        detector: DetectorDefinition
    ) throws {
        var definition = definition
        definition.detectors = [detector]
        let script = StreamScript.make(count: 1500, definition: definition, swap: 1100, breakAt: 600)
        var byHand = try detector.fresh()
        var expected: [Int64] = []
        for row in 0..<1500 {
            guard case .prediction(_, let said) = script.sources[1][row],
                case .label(let label) = script.sources[3][row]
            else { continue }
            if row == 1100 { byHand = try detector.fresh() }
            var value = said.probability
            if detector.series == .errors { value = said.predicted == label.value ? 0 : 1 }
            // FHDDM watches what is right.
            if detector.method == .fhddm { value = 1 - value }
            if byHand.update(value) == .drift { expected.append(Int64(row)) }
        }
        for seed: UInt64 in 1...4 {
            let found = changes(try news(script, seed: seed, restarts: seed > 1))
            #expect(found.map(\.row) == expected)
            #expect(found.allSatisfy { $0.championVersion == ($0.row < 1100 ? 1 : 2) })
        }
        if detector.method == .hddmA {
            let found = try #require(changes(try news(script)).first)
            #expect((600...700).contains(found.row))
            let means = try #require(found.means)
            #expect(means.before < 0.25 && means.after > 0.35)
        }
    }

    @Test func `a detector of errors of a regression takes the absolute error`() throws {
        var definition = definition
        definition.task = .regression
        definition.detectors = [DetectorDefinition(.errors, .adwin)]
        var script = StreamScript.make(count: 1200, definition: definition)
        var generator = SplitMix(seed: 3)
        var byHand = AdaptiveWindow()
        var expected: [Int64] = []
        for row in 0..<1200 {
            let error = generator.normal() * (row < 700 ? 1 : 4)
            if byHand.update(abs(error)) == .drift { expected.append(Int64(row)) }
            guard case .prediction(_, var said) = script.sources[1][row],
                case .label(var label) = script.sources[3][row]
            else { continue }
            (said.probability, said.predicted, label.value) = (error, .number(error), .number(0))
            script.sources[1][row] = .prediction(role: 0, said)
            script.sources[3][row] = .label(label)
        }
        #expect(changes(try news(script)).map(\.row) == expected)
        #expect(expected.count == 1 && expected[0] >= 700)
    }

    @Test func `windows of labels have changes at the same rows, in the windows that they end in`() throws {
        var definition = definition
        definition.window = .labels(50)
        definition.detectors = [DetectorDefinition(.column("a"), .adwin)]
        var ofLabels = script(shifting, definition.detectors)
        let ofRows = changes(try news(ofLabels))
        ofLabels.definition = definition
        for seed: UInt64 in 1...3 {
            let found = changes(try news(ofLabels, seed: seed, restarts: true))
            #expect(found.map(\.row) == ofRows.map(\.row))
            #expect(found.map(\.window) == ofRows.map { Int($0.row / 50) })
        }
    }

    @Test func `one alert a detector opens, and ends after enough rows without a change`() throws {
        var definition = definition
        definition.detectors = [DetectorDefinition(.column("a"), .adwin)]
        definition.detectors[0].quietRows = 150
        let script = script(shifting, definition.detectors)
        let rules = AlertRules(definition: definition)
        var book = AlertBook()
        var changed: [MonitorAlert] = []
        let told = try news(script)
        for news in told { changed += book.observe(rules.observation(of: news), now: 0) }
        let rows = changes(told).map(\.row)
        #expect(rows.count == 2 && (300..<350).contains(rows[0]) && (600..<650).contains(rows[1]))
        #expect(changed.map(\.state) == [.open, .resolved, .open, .resolved])
        #expect(changed.map { $0.resolvedRow ?? $0.row } == [rows[0], rows[0] + 150, rows[1], rows[1] + 150])
        let alert = try #require(changed.first)
        #expect(alert.kind == .change && alert.severity == .warn)
        #expect(alert.fingerprint == "quality.change.column.a.adwin")
        #expect(alert.message.hasPrefix("a changed at row \(rows[0]) (adwin): mean "))
        #expect(alert.value == 1)
    }

    @Test func `changes in quick order keep one alert open, two windows long by default`() throws {
        var definition = definition
        definition.detectors = [DetectorDefinition(.column("a"), .adwin)]
        #expect(definition.quietRows(definition.detectors[0]) == 200)
        definition.window = .time(spanMilliseconds: 60_000, latenessMilliseconds: 0)
        #expect(definition.quietRows(definition.detectors[0]) == 10_000)
        definition.detectors[0].quietRows = 400
        let rules = AlertRules(definition: definition)
        var book = AlertBook()
        var changed: [MonitorAlert] = []
        for news in try news(script(shifting, definition.detectors)) {
            changed += book.observe(rules.observation(of: news), now: 0)
        }
        #expect(changed.map(\.state) == [.open])
        #expect(book.openAlerts.first?.lastValue == 2)
    }

    @Test func `the alert of a version ends with the version`() throws {
        var definition = definition
        definition.detectors = [DetectorDefinition(.errors, .hddmA)]
        definition.detectors[0].quietRows = 100_000
        let script = StreamScript.make(count: 900, definition: definition, swap: 700, breakAt: 400)
        let rules = AlertRules(definition: definition)
        var book = AlertBook()
        var changed: [MonitorAlert] = []
        for news in try news(script) { changed += book.observe(rules.observation(of: news), now: 0) }
        #expect(changed.map(\.state) == [.open, .resolved])
        #expect(changed.last?.resolvedRow == 700)
        #expect(changed.first?.message.hasPrefix("errors of rain version 1 changed at row ") == true)
    }

    @Test func `state from before there were detectors is read, and they begin then`() throws {
        var definition = definition
        let plain = script(shifting, [])
        var assembler = WindowAssembler(definition)
        for source in plain.sources { for event in source.prefix(450) { assembler.receive(event) } }
        while assembler.nextStep() != nil {}
        let snapshot = MonitorSnapshot(intake: MonitorIntake(definition), assembler: assembler, alerts: AlertBook())
        var state = try #require(try JSONValue.parse(snapshot.encoded()).objectValue)
        var saved = try #require(state["assembler"]?.objectValue)
        saved["detectors"] = nil
        state["assembler"] = .object(saved)
        definition.detectors = [DetectorDefinition(.column("a"), .adwin)]
        assembler = try MonitorSnapshot(decoding: JSONValue.object(state).description, for: definition).assembler
        var found: [DetectorNews] = []
        for source in plain.sources { for event in source.dropFirst(450) { assembler.receive(event) } }
        while let step = assembler.nextStep() { if case .detector(let news) = step { found.append(news) } }
        var byHand = AdaptiveWindow()
        let expected = (450..<900).filter { row in
            guard case .number(let value) = shifting[row] else { return false }
            return byHand.update(value) == .drift
        }
        #expect(changes(found).map(\.row) == expected.map(Int64.init))
    }

    @Test func `a detector with other parameters than before begins anew and keeps its alert`() throws {
        var definition = definition
        definition.detectors = [DetectorDefinition(.column("a"), .adwin)]
        let script = script(Array(shifting.prefix(400)), definition.detectors)
        var assembler = WindowAssembler(definition)
        for source in script.sources { for event in source { assembler.receive(event) } }
        while assembler.nextStep() != nil {}
        let before = try #require(assembler.detectors.watches.first)
        #expect(before.changedAt != nil)
        let snapshot = MonitorSnapshot(intake: MonitorIntake(definition), assembler: assembler, alerts: AlertBook())
        #expect(try restarted(assembler).detectors.json == assembler.detectors.json)
        definition.detectors[0].parameters = ["delta": 0.5]
        let after = try #require(
            try MonitorSnapshot(decoding: snapshot.encoded(), for: definition).assembler.detectors.watches.first
        )
        #expect(after.changedAt == before.changedAt && after.changes == 1)
        #expect(after.taken.count == 0)
        guard case .adwin(let window) = after.state else {
            Issue.record("not ADWIN")
            return
        }
        #expect(window.width == 0)
    }

    /// A stream of river's golden files.
    private func golden(_ name: String) throws -> [Double] {
        let folder = #filePath.split(separator: "/").dropLast(2).joined(separator: "/")
        let bytes = try File.read("/\(folder)/StatisticsTests/Golden/inputs_streams.json", limit: 16 << 20)
        let streams = try #require(try JSONValue.parse(bytes)["cases"]?.arrayValue)
        let stream = try #require(streams.first { $0["id"]?.stringValue == name })
        return try #require(stream["values"]?.arrayValue).compactMap(\.doubleValue)
    }

    @Test(arguments: [("gauss_abrupt", [1055, 2015]), ("gauss_stable", []), ("bern_stable", [])])
    func `ADWIN in a monitor finds what river finds, and nothing on a stable stream`(
        name: String,
        expected: [Int64]
    ) throws {
        let cells = try golden(name).map(Cell.number)
        #expect(cells.count >= 3000)
        let found = changes(try news(script(cells, [DetectorDefinition(.column("a"), .adwin)])))
        #expect(found.map(\.row) == expected)
    }

    @Test(arguments: [("bern_abrupt", [1048]), ("bern_stable", [])])
    func `HDDM-A on errors finds what river finds, and nothing while they stay as many`(
        name: String,
        expected: [Int64]
    ) throws {
        let errors = try golden(name)
        var definition = definition
        definition.detectors = [DetectorDefinition(.errors, .hddmA)]
        var script = StreamScript.make(count: errors.count, definition: definition)
        for (row, error) in errors.enumerated() {
            guard case .prediction(_, let said) = script.sources[1][row],
                case .label(var label) = script.sources[3][row]
            else { continue }
            label.value = .flag((said.predicted == true) != (error == 1))
            script.sources[3][row] = .label(label)
        }
        #expect(changes(try news(script)).map(\.row) == expected)
    }

    private func problem(_ change: (inout MonitorDefinition) -> Void) -> String {
        var definition = definition
        change(&definition)
        do {
            try definition.validate()
            return ""
        } catch { return error.message }
    }

    @Test func `a detector that makes no sense is refused, saying why`() {
        func only(_ detector: DetectorDefinition) -> String { problem { $0.detectors = [detector] } }
        let place = "monitor 'quality': detectors[0] "
        #expect(problem { $0.detectors = Self.everyMethod + Self.everyErrorMethod } == "")
        #expect(
            only(DetectorDefinition(.column("c"), .adwin))
                == place + "watches the column 'c', which is not among the monitor's columns: a, b"
        )
        #expect(
            only(DetectorDefinition(.column("a"), .ddm))
                == place + "uses ddm, which watches right and wrong predictions (0 and 1), and this series has "
                + "numbers of any size: use adwin, page_hinkley, kswin"
        )
        #expect(only(DetectorDefinition(.column("a"), .hddmA)).contains("values between 0 and 1"))
        #expect(only(DetectorDefinition(.errors, .kswin)).contains("this series has only 0 and 1"))
        #expect(
            only(DetectorDefinition(.column("a"), .adwin, parameters: ["alpha": 1]))
                == place + "cannot be set up: 'alpha' is no parameter of adwin: it has delta, clock, max_buckets, "
                + "min_window_length, grace_period"
        )
        #expect(only(DetectorDefinition(.column("a"), .adwin, parameters: ["delta": 0])).contains("from 1e-12 to 1.0"))
        #expect(only(DetectorDefinition(.column("a"), .adwin, parameters: ["clock": 1.5])).contains("whole number"))
        #expect(
            only(DetectorDefinition(.column("a"), .kswin, parameters: ["window_size": 50])).contains("below twice")
        )
        #expect(
            only(DetectorDefinition(.column("a"), .pageHinkley, parameters: ["mode": "left"]))
                .contains("one of both, down, up")
        )
        #expect(
            problem { $0.detectors = Array(repeating: DetectorDefinition(.errors, .ddm), count: 2) }
                == "monitor 'quality': detectors[1] watches the same by the same method as another one: keep one of them"
        )
        #expect(
            problem {
                $0.labelsTopic = nil
                $0.detectors = [DetectorDefinition(.errors, .ddm)]
            }.contains("need predictions and labels")
        )
        #expect(
            problem {
                $0.task = .multiclass
                $0.detectors = [DetectorDefinition(.predictions, .adwin)]
            }.contains("those of a multiclass model are no numbers")
        )
        #expect(
            problem {
                $0.columns[0].kind = .categorical
                $0.detectors = [DetectorDefinition(.column("a"), .adwin)]
            }.contains("whose values are categories")
        )
    }
}
