import Testing

@testable import Monitoring

struct WindowAssemblerTests {
    /// Reads all sources in an interleaving drawn from `seed`, in bursts, and collects what comes out.
    private func steps(_ script: StreamScript, seed: UInt64, burst: Int = 40) -> (WindowAssembler, [MonitorStep]) {
        var assembler = WindowAssembler(script.definition)
        var generator = SplitMix(seed: seed)
        var positions = script.sources.map { _ in 0 }
        var steps: [MonitorStep] = []
        while zip(positions, script.sources).contains(where: { $0 < $1.count }) {
            let source = Int(generator.next() % UInt64(script.sources.count))
            let end = min(script.sources[source].count, positions[source] + 1 + Int(generator.next() % UInt64(burst)))
            for event in script.sources[source][positions[source]..<end] { assembler.receive(event) }
            positions[source] = end
            while let step = assembler.nextStep() { steps.append(step) }
        }
        return (assembler, steps)
    }

    @Test func `windows and estimates do not depend on the order in which topics are read`() {
        let script = StreamScript.make(count: 950, definition: StreamScript.definition(), swap: 500, breakAt: 300)
        let (_, expected) = steps(script, seed: 1, burst: 1)
        #expect(expected.count == 9 + 9 + 47)
        #expect(expected.compactMap(\.measured).map(\.columns.first?.count) == Array(repeating: 100, count: 9))
        for seed in 2..<30 {
            let (assembler, found) = steps(script, seed: UInt64(seed), burst: seed.isMultiple(of: 2) ? 40 : 1000)
            #expect(found.compactMap(\.measured) == expected.compactMap(\.measured))
            #expect(found.filter { $0.measured == nil } == expected.filter { $0.measured == nil })
            #expect(assembler.counters.joined == 950)
            #expect(assembler.counters.duplicates + assembler.counters.late + assembler.counters.unknown == 0)
        }
    }

    @Test func `late, doubled, early and unasked labels are counted and change nothing else`() throws {
        var script = StreamScript.make(count: 400, definition: StreamScript.definition())
        var labels: [MonitorEvent.Label] = script.sources[3].compactMap {
            if case .label(let label) = $0 { label } else { nil }
        }
        let lateOne = labels.remove(at: 10)
        labels.insert(lateOne, at: 200)
        labels.insert(labels[300], at: 302)
        labels.append(.init(id: "nobody", offset: 0, value: true, time: 100_000))
        labels.append(.init(id: "nobody either", offset: 0, value: true, time: 390_000))
        script.sources[3] = labels.enumerated().map { index, label in
            var label = label
            label.offset = Int64(index)
            return .label(label)
        }
        let (first, expected) = steps(script, seed: 1, burst: 1)
        for seed in 2..<20 {
            let (assembler, found) = steps(script, seed: UInt64(seed), burst: 500)
            #expect(found.filter { $0.measured == nil } == expected.filter { $0.measured == nil })
            #expect(assembler.counters.joined == 399)
            let counters = assembler.currentCounters
            #expect(counters.labels == 403)
            #expect(counters.duplicates + counters.late >= 2)
            #expect(counters.duplicates + counters.late + counters.unknown + counters.waiting == 4)
        }
        let window = try #require(expected.compactMap(\.complete).first)
        #expect(window.rows == 100)
        #expect(window.labelled == 99)
        #expect(first.currentCounters.waiting <= 2)
    }

    @Test func `rows that were not scored are counted and need no label`() {
        var script = StreamScript.make(count: 200, definition: StreamScript.definition())
        for role in 1...2 { script.sources[role].removeAll { $0.rowOffset == 5 || $0.rowOffset == 50 } }
        let (assembler, found) = steps(script, seed: 3)
        let windows = found.compactMap(\.complete)
        #expect(windows.map(\.unscored) == [2, 0])
        #expect(windows.map(\.labelled) == [98, 100])
        #expect(windows.map(\.rows) == [100, 100])
        #expect(assembler.counters.joined == 198)
    }

    @Test func `an estimate speaks of the newest champion version alone`() throws {
        let script = StreamScript.make(count: 600, definition: StreamScript.definition(), swap: 310)
        let estimates = steps(script, seed: 4).1.compactMap { step -> QualityEstimate? in
            if case .estimate(let estimate) = step { estimate } else { nil }
        }
        let atRow = Dictionary(uniqueKeysWithValues: estimates.map { ($0.row, $0) })
        #expect(atRow[299]?.championVersion == 1)
        #expect(atRow[299]?.rows == 120)
        #expect(atRow[319]?.championVersion == 2)
        #expect(atRow[319]?.rows == 10)
        #expect(atRow[319]?.quality.isEmpty == true)
        #expect(atRow[359]?.rows == 50)
        #expect(atRow[359]?.quality.map(\.role) == ["champion", "frozen"])
        #expect(atRow[599]?.rows == 120)
        #expect(atRow[599]?.labelledRows == 600)
    }

    @Test func `a silent labels topic holds windows back until they are forced`() {
        var script = StreamScript.make(count: 250, definition: StreamScript.definition())
        script.sources[3] = []
        var (assembler, found) = steps(script, seed: 5)
        #expect(found.compactMap(\.measured).map(\.index) == [0, 1])
        #expect(found.count == 2)
        var windows: [AssembledWindow] = []
        while let step = assembler.nextStep(forced: true) {
            if let window = step.complete { windows.append(window) }
        }
        #expect(windows.map(\.labelled) == [0, 0])
        #expect(windows.map(\.rows) == [100, 100])
        #expect(windows[0].quality[0].values.isEmpty)
        #expect(windows[0].quality[0].undefined[.auc] == "no row has both prediction and label")
        // rows whose horizon the input has not passed still wait
        #expect(assembler.settledThrough == 219)
    }

    @Test func `the end of the stream closes the open window with what it has`() throws {
        let script = StreamScript.make(count: 950, definition: StreamScript.definition())
        var (assembler, found) = steps(script, seed: 1)
        let closed = found.compactMap(\.complete).count
        let rest = Int(assembler.settledThrough) % 100
        #expect(assembler.hasOpenWindow)
        let window = try #require(assembler.closeOpenWindows().first)
        #expect(rest > 0)
        #expect(window.index == closed)
        #expect(window.rows == rest)
        #expect(window.firstRow == Int64(closed * 100))
        #expect(window.columns.allSatisfy { $0.count == rest })
        #expect(assembler.closeOpenWindows().isEmpty)
        #expect(!assembler.hasOpenWindow)
    }

    @Test func `a prediction about a row far away is not believed`() {
        var assembler = WindowAssembler(StreamScript.definition())
        assembler.receive(
            .prediction(role: 0, .init(id: "x", rowOffset: .max - 1, probability: 1, predicted: true, version: 1))
        )
        #expect(assembler.counters.undecodable == 1)
        #expect(assembler.rows.isEmpty)
    }

    @Test func `memory stays with the open window and the rows that estimates look back at`() {
        let script = StreamScript.make(count: 5000, definition: StreamScript.definition())
        let (assembler, _) = steps(script, seed: 6, burst: 10)
        #expect(assembler.rows.count <= 100 + 120 + 20)
        #expect(assembler.labelClock.marks.count <= 200)
    }
}

extension MonitorStep {
    /// The window, where the step is a measured one.
    var measured: AssembledWindow? {
        if case .measured(let window) = self { window } else { nil }
    }

    /// The window, where the step is a complete one.
    var complete: AssembledWindow? {
        if case .complete(let window) = self { window } else { nil }
    }
}

extension MonitorEvent {
    fileprivate var rowOffset: Int64? {
        if case .prediction(_, let prediction) = self { prediction.rowOffset } else { nil }
    }
}
