/// The frame of every report as one HTML file: no outside resources, light and dark, sortable by a few lines of script.
enum ReportPage {
    static func render(title: String, _ body: Markup) -> String {
        let page: Markup = """
            <!doctype html>
            <html lang="en"><head><meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="color-scheme" content="light dark">
            <title>\(title)</title>
            <style>\(style)</style></head>
            <body><main>\(body)</main>
            <script>\(script)</script></body></html>

            """
        return page.html
    }

    /// Label and value pairs at the head of a report.
    static func facts(_ facts: [(String, String)]) -> Markup {
        let items = facts.map { name, value -> Markup in "<div><dt>\(name)</dt><dd>\(value)</dd></div>" }
        return "<dl class=\"facts\">\(items)</dl>"
    }

    /// A table cell with what it is sorted by; nil sorts last.
    static func cell(_ text: String, sort: Double?, isNumber: Bool = true) -> Markup {
        let key = sort.map { String($0) } ?? ""
        return isNumber
            ? "<td class=\"n\" data-sort=\"\(key)\">\(text)</td>" : "<td data-sort=\"\(key)\">\(text)</td>"
    }

    /// A head of a column that sorts.
    static func head(_ title: String, isNumber: Bool = true) -> Markup {
        isNumber
            ? "<th class=\"n\" aria-sort=\"none\"><button type=\"button\">\(title)</button></th>"
            : "<th aria-sort=\"none\"><button type=\"button\">\(title)</button></th>"
    }

    private static let style: Markup = """
        :root{--page:#fff;--ink:#1b1f24;--quiet:#59636e;--line:#d9dee3;--ref:#8c98a4;--cur:#1a6fb5;--bad:#b3261e;--good:#1a7f4b;--panel:#f5f7f9}
        @media (prefers-color-scheme:dark){:root{--page:#14171a;--ink:#e6e9ec;--quiet:#9aa5b1;--line:#30363d;--ref:#77828d;--cur:#5db0f0;--bad:#ff8a80;--good:#5fd39a;--panel:#1c2126}}
        *{box-sizing:border-box}body{margin:0;background:var(--page);color:var(--ink);font:15px/1.5 system-ui,sans-serif}
        main{max-width:76rem;margin:0 auto;padding:2rem 1rem}h1{font-size:1.5rem;margin:0 0 .25rem}h2{font-size:1.1rem;margin:2rem 0 .5rem}
        .lead{color:var(--quiet);margin:0 0 1rem}.facts{display:flex;flex-wrap:wrap;gap:.5rem 2rem;margin:1rem 0;padding:.75rem 1rem;background:var(--panel);border-radius:.5rem}
        .facts dt{color:var(--quiet);font-size:.8rem}.facts dd{margin:0;font-weight:600}.scroll{overflow-x:auto}
        table{border-collapse:collapse;width:100%}th,td{padding:.4rem .6rem;text-align:left;border-bottom:1px solid var(--line);vertical-align:middle}
        th{font-size:.8rem;white-space:nowrap}th button{all:unset;cursor:pointer;color:var(--quiet);font-weight:600}th button:focus-visible{outline:2px solid var(--cur)}
        th[aria-sort=ascending] button::after{content:" ▲"}th[aria-sort=descending] button::after{content:" ▼"}
        .n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}.bad{color:var(--bad);font-weight:600}.good{color:var(--good)}
        .quiet{color:var(--quiet);font-size:.85rem}svg{display:block}.r{fill:var(--ref)}.c{fill:var(--cur)}
        .key{display:inline-block;width:.7rem;height:.7rem;border-radius:.15rem;margin:0 .3rem 0 1rem}.key.r{background:var(--ref)}.key.c{background:var(--cur)}.key.bad{background:var(--bad)}
        h3{font-size:.95rem;margin:1.25rem 0 .25rem}.chart{width:100%;max-width:60rem;height:auto}.chart text{fill:var(--quiet);font-size:11px}
        .axis,.est,.was,.limit{fill:none}.axis{stroke:var(--line)}.est{stroke:var(--cur);stroke-width:1.8}.was{stroke:var(--ref);stroke-width:1.2}
        .limit{stroke:var(--bad);stroke-dasharray:5 4}.band{fill:var(--cur);fill-opacity:.18}.alert{fill:var(--bad)}.unusual{stroke:var(--bad);stroke-width:8;stroke-linecap:round}
        """

    private static let script: Markup = """
        for(const th of document.querySelectorAll("th[aria-sort]"))th.querySelector("button").onclick=()=>{
        const body=th.closest("table").tBodies[0],at=[...th.parentNode.children].indexOf(th),up=th.getAttribute("aria-sort")!=="ascending";
        for(const other of th.parentNode.children)if(other.hasAttribute("aria-sort"))other.setAttribute("aria-sort","none");
        th.setAttribute("aria-sort",up?"ascending":"descending");
        const key=row=>{const cell=row.cells[at],sort=cell.dataset.sort;return sort===""?null:sort===undefined?cell.textContent:isNaN(sort)?sort:+sort};
        [...body.rows].sort((a,b)=>{const x=key(a),y=key(b);if(x===null)return y===null?0:1;if(y===null)return -1;return(x<y?-1:x>y?1:0)*(up?1:-1)}).forEach(row=>body.append(row))}
        """
}
