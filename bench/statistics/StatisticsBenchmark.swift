import Glibc
import Statistics

/// Times the kernels of `Statistics` on columns of doubles from files, for `bench/drift.py`.
///
///     statistics-benchmark REPETITIONS KERNEL FILE [FILE …]
///
/// A file holds doubles as they lie in memory. The columns are read before the clock starts, as those of SciPy are. One
/// line of JSON comes out: processor and wall seconds of the median repetition, and the value that was found.
@main
enum StatisticsBenchmark {
    static func main() {
        let arguments = CommandLine.arguments
        guard arguments.count >= 4, let repetitions = Int(arguments[1]), repetitions > 0,
            let kernel = Kernel.all[arguments[2]]
        else {
            return fail("usage: statistics-benchmark REPETITIONS KERNEL FILE [FILE …]; kernels: \(Kernel.names)")
        }
        var columns: [[Double]] = []
        for path in arguments.dropFirst(3) {
            guard let column = Column.read(path) else { return fail("\(path) cannot be read") }
            columns.append(column)
        }
        guard columns.count == kernel.columns else { return fail("\(arguments[2]) takes \(kernel.columns) files") }
        var timings: [Timing] = []
        var value = Double.nan
        do {
            for _ in 0..<repetitions {
                let begun = Timing.now
                value = try kernel.body(columns)
                timings.append(Timing.now - begun)
            }
        } catch {
            return fail("\(arguments[2]): \(error)")
        }
        let median = timings.sorted { $0.processor < $1.processor }[timings.count / 2]
        print("{\"cpu_seconds\": \(median.processor), \"seconds\": \(median.wall), \"value\": \(value)}")
    }

    private static func fail(_ message: String) {
        let line = Array("statistics-benchmark: \(message)\n".utf8)
        _ = write(STDERR_FILENO, line, line.count)
        exit(64)
    }
}

/// Seconds of the processor and of the wall.
struct Timing {
    var processor: Double
    var wall: Double

    static var now: Timing { Timing(processor: read(CLOCK_PROCESS_CPUTIME_ID), wall: read(CLOCK_MONOTONIC)) }

    static func - (end: Timing, begin: Timing) -> Timing {
        Timing(processor: end.processor - begin.processor, wall: end.wall - begin.wall)
    }

    private static func read(_ clock: clockid_t) -> Double {
        var time = timespec()
        clock_gettime(clock, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}

/// Files of doubles.
enum Column {
    static func read(_ path: String) -> [Double]? {
        guard let file = fopen(path, "rb") else { return nil }
        defer { fclose(file) }
        fseek(file, 0, SEEK_END)
        let count = ftell(file) / MemoryLayout<Double>.size
        rewind(file)
        let column = [Double](unsafeUninitializedCapacity: count) { buffer, initialized in
            initialized = fread(buffer.baseAddress, MemoryLayout<Double>.size, count, file)
        }
        return column.count == count ? column : nil
    }
}
