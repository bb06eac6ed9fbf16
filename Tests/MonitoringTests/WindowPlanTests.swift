import Testing

@testable import Monitoring

struct WindowPlanTests {
    private func definition(_ window: WindowPlan, labels: Bool = false) -> MonitorDefinition {
        var definition = MonitorDefinition(
            name: "m",
            model: "",
            inputTopic: "in",
            predictionTopics: labels ? [.init(role: "champion", topic: "out")] : [],
            labelsTopic: labels ? "labels" : nil,
            columns: [MonitoredColumn("x")],
            window: window,
            evaluation: RollingEvaluation(rows: 50, every: 1000, minimumRows: 10)
        )
        definition.labelHorizonMilliseconds = 1_000_000
        return definition
    }

    private func rows(_ times: [Int64]) -> [MonitorEvent] {
        times.enumerated().map { offset, time in
            .row(.init(offset: Int64(offset), time: time, cells: [.number(Double(time))]))
        }
    }

    private func drain(_ assembler: inout WindowAssembler) -> [MonitorStep] {
        var steps: [MonitorStep] = []
        while let step = assembler.nextStep() { steps.append(step) }
        return steps
    }

    @Test func `windows of time take rows by event time, in whatever order they come`() {
        var assembler = WindowAssembler(definition(.time(spanMilliseconds: 1000, latenessMilliseconds: 500)))
        for event in rows([100, 900, 1100, 950, 1400, 1600, 200, 2600]) { assembler.receive(event) }
        let complete = drain(&assembler).compactMap(\.complete)
        #expect(complete.map(\.index) == [0, 1])
        // 200 came after event time had passed 1500: its window was over
        #expect(complete.map(\.rows) == [3, 3])
        #expect(complete[0].firstTime == 100)
        #expect(complete[0].lastTime == 950)
        #expect(assembler.counters.lateRows == 1)
        #expect(assembler.rows.count == 1)
    }

    @Test func `cells of a window of time are those of its rows`() {
        var assembler = WindowAssembler(definition(.time(spanMilliseconds: 1000, latenessMilliseconds: 500)))
        for event in rows([100, 1100, 950, 1600]) { assembler.receive(event) }
        let measured = drain(&assembler).compactMap(\.measured)
        #expect(measured.map(\.columns) == [[[.number(100), .number(950)]]])
        #expect(measured.map(\.rowNumbers) == [[0, 2]])
        #expect(assembler.heldCells == 2)
    }

    @Test func `stretches of time without rows have no window`() {
        var assembler = WindowAssembler(definition(.time(spanMilliseconds: 10, latenessMilliseconds: 0)))
        for event in rows([-5, 5, 1_000_005, 2_000_005]) { assembler.receive(event) }
        let complete = drain(&assembler).compactMap(\.complete)
        #expect(complete.map(\.index) == [-1, 0, 100_000])
        #expect(assembler.hasOpenWindow)
        #expect(assembler.closeOpenWindows().map(\.index) == [200_000])
    }

    @Test func `an input without predictions is measured and complete at once`() {
        var assembler = WindowAssembler(definition(.rows(2)))
        for event in rows([1, 2, 3]) { assembler.receive(event) }
        let steps = drain(&assembler)
        #expect(steps.map { $0.measured?.index ?? $0.complete?.index } == [0, 0])
        #expect(steps.last?.complete?.quality == [])
        #expect(assembler.currentCounters.unlabelled == 0)
    }

    private func predictions(_ count: Int) -> [MonitorEvent] {
        (0..<count).map {
            .prediction(
                role: 0,
                .init(id: "p\($0)", rowOffset: Int64($0), probability: 0.5, predicted: true, version: 1)
            )
        }
    }

    @Test func `windows of labels end with the label that fills them`() {
        var assembler = WindowAssembler(definition(.labels(3), labels: true))
        for event in rows(Array(0..<10)) + predictions(10) { assembler.receive(event) }
        #expect(drain(&assembler).isEmpty)
        for (offset, row) in [0, 1, 2, 3, 4, 5, 6].enumerated() {
            assembler.receive(.label(.init(id: "p\(row)", offset: Int64(offset), value: true, time: Int64(row))))
        }
        let complete = drain(&assembler).compactMap(\.complete)
        #expect(complete.map(\.labelled) == [3, 3])
        #expect(complete.map(\.firstRow) == [0, 3])
        #expect(complete.map { $0.columns[0].count } == [3, 3])
    }

    @Test func `labels fill measured windows backwards, and coverage tells how far`() {
        var assembler = WindowAssembler(definition(.rows(4), labels: true))
        for event in rows(Array(0..<8)) + predictions(8) { assembler.receive(event) }
        #expect(drain(&assembler).compactMap(\.measured).map(\.labelled) == [0, 0])
        for (offset, row) in [1, 3, 6].enumerated() {
            assembler.receive(
                .label(.init(id: "p\(row)", offset: Int64(offset), value: .flag(row == 1), time: Int64(row)))
            )
        }
        #expect(drain(&assembler).isEmpty)
        let filled = assembler.takeRefilled(limit: 10)
        #expect(filled.map(\.index) == [0, 1])
        #expect(filled.map(\.labelled) == [2, 1])
        #expect(filled[0].quality.first?.rows == 2)
        #expect(assembler.takeRefilled(limit: 10).isEmpty)
    }

    @Test func `labels find rows by entity key and event time too`() {
        var definition = definition(.rows(2), labels: true)
        definition.join = .entity(key: "station")
        var assembler = WindowAssembler(definition)
        assembler.receive(.label(.init(id: "1000/a", offset: 0, value: true, time: 1000)))
        for (offset, station) in ["a", "b"].enumerated() {
            assembler.receive(
                .row(.init(offset: Int64(offset), time: 1000, cells: [.missing], joinID: "1000/\(station)"))
            )
        }
        for event in predictions(2) { assembler.receive(event) }
        assembler.receive(.label(.init(id: "1000/b", offset: 1, value: false, time: 1000)))
        #expect(drain(&assembler).compactMap(\.complete).map(\.labelled) == [2])
        #expect(assembler.counters.joined == 2)
    }

    @Test func `state that is written and read back goes on alike`() throws {
        let definition = definition(.time(spanMilliseconds: 1000, latenessMilliseconds: 100), labels: true)
        var whole = WindowAssembler(definition)
        let events = rows((0..<40).map { Int64($0 * 130 % 3900) + Int64($0 * 20) }) + predictions(40)
        var halves = WindowAssembler(definition)
        for event in events { whole.receive(event) }
        var found: [MonitorStep] = []
        for (index, event) in events.enumerated() {
            halves.receive(event)
            while let step = halves.nextStep() { found.append(step) }
            guard index.isMultiple(of: 7) else { continue }
            let snapshot = MonitorSnapshot(
                intake: MonitorIntake(definition),
                assembler: halves,
                alerts: AlertBook()
            )
            halves = try MonitorSnapshot(decoding: snapshot.encoded(), for: definition).assembler
        }
        #expect(found == drain(&whole))
        #expect(halves == whole)
    }
}
