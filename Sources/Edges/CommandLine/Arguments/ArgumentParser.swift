/// Reads the words after a command by its specification.
struct ArgumentParser {
    let command: CommandSpecification

    /// What was given; throws a usage failure that names the word and the nearest one that is known.
    func parse(_ arguments: ArraySlice<String>) throws(CommandFailure) -> Invocation {
        var invocation = Invocation()
        var words: [String] = []
        var rest = arguments
        while let argument = rest.popFirst() {
            if argument == "--" {
                words += rest
                break
            }
            if argument.hasPrefix("-"), argument.utf8.count > 1 {
                try take(option: argument, &rest, &invocation)
            } else {
                words.append(argument)
            }
        }
        if !invocation.has("--help") { try place(words, &invocation) }
        return invocation
    }

    private func take(
        option argument: String,
        _ rest: inout ArraySlice<String>,
        _ invocation: inout Invocation
    ) throws(CommandFailure) {
        let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        let name = parts[0] == "-h" ? "--help" : parts[0]
        guard let option = command.allOptions.first(where: { $0.name == name }) else {
            let known = command.allOptions.map(\.name)
            throw .usage("there is no option \(name)\(NearestWord.hint(for: name, among: known))")
        }
        guard let value = option.value else {
            guard parts.count == 1 else { throw .usage("\(name) takes no value") }
            return invocation.set(flag: name)
        }
        guard let given = parts.count > 1 ? parts[1] : rest.popFirst() else {
            throw .usage("\(name) needs a value: \(name) \(value)")
        }
        guard option.isRepeatable || invocation.value(name) == nil else { throw .usage("\(name) is given twice") }
        invocation.add(value: given, for: name)
    }

    private func place(_ words: [String], _ invocation: inout Invocation) throws(CommandFailure) {
        for (index, place) in command.places.enumerated() {
            if index < words.count {
                invocation.set(word: words[index], for: place.name)
            } else if place.isRequired {
                throw .usage("\(place.name) is missing: \(place.help)")
            }
        }
        if words.count > command.places.count {
            throw .usage("'\(words[command.places.count])' is one word too many")
        }
    }
}

/// Finds the word that was probably meant.
enum NearestWord {
    /// `; did you mean …?`, or nothing where no word is near.
    static func hint(for word: String, among known: [String]) -> String {
        let distances = known.map { (word: $0, distance: distance(word, $0)) }
        guard let nearest = distances.min(by: { $0.distance < $1.distance }),
            nearest.distance <= max(2, word.count / 3)
        else { return "" }
        return "; did you mean \(nearest.word)?"
    }

    /// Levenshtein's distance: inserted, removed and replaced characters.
    static func distance(_ left: String, _ right: String) -> Int {
        let right = Array(right)
        var row = Array(0...right.count)
        for (index, character) in left.enumerated() {
            var diagonal = row[0]
            row[0] = index + 1
            for column in right.indices {
                let replaced = diagonal + (character == right[column] ? 0 : 1)
                diagonal = row[column + 1]
                row[column + 1] = min(replaced, row[column] + 1, diagonal + 1)
            }
        }
        return row[right.count]
    }
}
