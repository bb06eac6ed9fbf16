-- The load of bench/tracking.py for wrk: one script for every server, so that the client is the same for all.
-- Arguments: the kind of request, the experiment, and a file with the identifiers of runs, one a line.
-- It ends with one line of JSON: requests, errors, seconds, and latencies in milliseconds.

local json = { ["Content-Type"] = "application/json" }
local threads = 0
local api = "/api/2.0/mlflow/"

function setup(thread)
    thread:set("number", threads)
    threads = threads + 1
end

local kind, experiment, runs, chunks, count = nil, nil, {}, {}, 0
local waiting = {}

local function points(first, keys, steps)
    local parts = {}
    for step = first, first + steps - 1 do
        for key = 1, keys do
            parts[#parts + 1] = string.format(
                '{"key":"m%d","value":%.6f,"timestamp":%d,"step":%d}', key, math.random(), 1700000000000 + step, step)
        end
    end
    return table.concat(parts, ",")
end

function init(arguments)
    kind, experiment = arguments[1], arguments[2]
    math.randomseed(number + 1)
    if arguments[3] then
        for line in io.lines(arguments[3]) do runs[#runs + 1] = line end
    end
    if kind == "load" then
        -- Only the load needs the answers: reading them costs the client.
        function response(status, headers, body)
            local id = body:match('"run_id"%s*:%s*"(%x+)"')
            if id then waiting[#waiting + 1] = id end
        end
    elseif kind == "log-batch" then
        -- A training loop: ten metrics, a hundred steps a request. Every run gets each of the chunks once.
        for chunk = 0, 39 do chunks[#chunks + 1] = points((number * 40 + chunk) * 100, 10, 100) end
    end
end

local function contents(id)
    local auc, rate = math.random(), math.random(1, 10)
    return wrk.format("POST", api .. "runs/log-batch", json, string.format(
        '{"run_id":"%s","metrics":[{"key":"auc","value":%.6f,"timestamp":1700000000000,"step":1},'
            .. '{"key":"loss","value":%.6f,"timestamp":1700000000000,"step":1}],'
            .. '"params":[{"key":"model","value":"m%d"},{"key":"rate","value":"0.%02d"}],'
            .. '"tags":[{"key":"team","value":"t%d"}]}',
        id, auc, 1 - auc, math.random(1, 20), rate, math.random(1, 5)))
end

local function create()
    return wrk.format("POST", api .. "runs/create", json, string.format(
        '{"experiment_id":"%s","user_id":"bench","start_time":%d,"tags":[{"key":"mlflow.source.name","value":"train.py"}]}',
        experiment, 1700000000000 + math.random(1, 100000000)))
end

function request()
    count = count + 1
    if kind == "log-batch" then
        local run = runs[(count - 1) % #runs + 1]
        local chunk = chunks[math.floor((count - 1) / #runs) % #chunks + 1]
        return wrk.format("POST", api .. "runs/log-batch", json, '{"run_id":"' .. run .. '","metrics":[' .. chunk .. "]}")
    elseif kind == "log-metric" then
        return wrk.format("POST", api .. "runs/log-metric", json, string.format(
            '{"run_id":"%s","key":"loss","value":%.6f,"timestamp":%d,"step":%d}',
            runs[(count - 1) % #runs + 1], math.random(), 1700000000000 + count * 8 + number, count))
    elseif kind == "create" then
        return create()
    elseif kind == "load" then
        local id = table.remove(waiting)
        return id and contents(id) or create()
    end
    -- A filter and an order that no cache can know: another bound each time.
    return wrk.format("POST", api .. "runs/search", json, string.format(
        '{"experiment_ids":["%s"],"max_results":100,"order_by":["metrics.auc DESC"],'
            .. '"filter":"metrics.auc > 0.%d AND params.model = \'m%d\'"}',
        experiment, math.random(1000, 5000), math.random(1, 20)))
end

function done(summary, latency)
    local errors = summary.errors
    io.write(string.format(
        '\n{"requests":%d,"errors":%d,"seconds":%.3f,"p50":%.3f,"p99":%.3f}\n', summary.requests,
        errors.connect + errors.read + errors.write + errors.status + errors.timeout, summary.duration / 1e6,
        latency:percentile(50) / 1e3, latency:percentile(99) / 1e3))
end
