/// Names for runs and models that were given none: `adjective-noun-number`, at most 20 characters.
enum RandomName {
    private static let adjectives = [
        "able", "agile", "amber", "apt", "bold", "brave", "breezy", "bright", "brisk", "calm", "clear", "clever",
        "crisp", "deft", "eager", "early", "fair", "fleet", "fond", "free", "fresh", "gentle", "glad", "golden",
        "grand", "handy", "high", "honest", "keen", "kind", "light", "lively", "loyal", "lucid", "merry", "mild",
        "neat", "nimble", "noble", "patient", "quick", "quiet", "rapid", "rare", "ready", "serene", "sharp",
        "silent", "silver", "smooth", "steady", "still", "sunny", "sure", "swift", "tidy", "true", "vivid", "warm",
        "wise",
    ]
    private static let nouns = [
        "auk", "avocet", "bittern", "brant", "bunting", "coot", "crane", "crow", "curlew", "dipper", "dove", "duck",
        "dunlin", "eagle", "egret", "eider", "falcon", "finch", "gannet", "goose", "grebe", "grouse", "gull",
        "harrier", "hawk", "heron", "hobby", "ibis", "jackdaw", "jay", "kestrel", "kite", "knot", "lark", "linnet",
        "loon", "magpie", "martin", "merlin", "murre", "oriole", "osprey", "ouzel", "owl", "petrel", "pipit",
        "plover", "puffin", "quail", "raven", "robin", "rook", "ruff", "skua", "skylark", "snipe", "sparrow",
        "starling", "stork", "swallow", "swan", "swift", "teal", "tern", "thrush", "tit", "warbler", "waxwing",
        "wren",
    ]

    /// A name made up at random.
    static func make() -> String {
        let adjective = adjectives.randomElement() ?? "swift"
        let noun = nouns.randomElement() ?? "martlet"
        return "\(adjective)-\(noun)-\(Int.random(in: 0...999))"
    }
}
