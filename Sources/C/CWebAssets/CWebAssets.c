// Written by scripts/web-assets.sh: do not edit.

#include "CWebAssets.h"

static const unsigned char file0[] = {
#embed "../../../web/css/base.css"
};

static const unsigned char file1[] = {
#embed "../../../web/css/components.css"
};

static const unsigned char file2[] = {
#embed "../../../web/css/loop.css"
};

static const unsigned char file3[] = {
#embed "../../../web/css/monitoring.css"
};

static const unsigned char file4[] = {
#embed "../../../web/css/tokens.css"
};

static const unsigned char file5[] = {
#embed "../../../web/img/martlet.svg"
};

static const unsigned char file6[] = {
#embed "../../../web/index.html"
};

static const unsigned char file7[] = {
#embed "../../../web/js/calc/layout.js"
};

static const unsigned char file8[] = {
#embed "../../../web/js/calc/loop-state.js"
};

static const unsigned char file9[] = {
#embed "../../../web/js/calc/scale.js"
};

static const unsigned char file10[] = {
#embed "../../../web/js/calc/sse.js"
};

static const unsigned char file11[] = {
#embed "../../../web/js/core/api.js"
};

static const unsigned char file12[] = {
#embed "../../../web/js/core/connection.js"
};

static const unsigned char file13[] = {
#embed "../../../web/js/core/fmt.js"
};

static const unsigned char file14[] = {
#embed "../../../web/js/core/html.js"
};

static const unsigned char file15[] = {
#embed "../../../web/js/core/hub.worker.js"
};

static const unsigned char file16[] = {
#embed "../../../web/js/core/keys.js"
};

static const unsigned char file17[] = {
#embed "../../../web/js/core/live.js"
};

static const unsigned char file18[] = {
#embed "../../../web/js/core/router.js"
};

static const unsigned char file19[] = {
#embed "../../../web/js/core/stream.js"
};

static const unsigned char file20[] = {
#embed "../../../web/js/core/theme.js"
};

static const unsigned char file21[] = {
#embed "../../../web/js/kit/canvas.js"
};

static const unsigned char file22[] = {
#embed "../../../web/js/kit/cells.js"
};

static const unsigned char file23[] = {
#embed "../../../web/js/kit/choice.js"
};

static const unsigned char file24[] = {
#embed "../../../web/js/kit/copy.js"
};

static const unsigned char file25[] = {
#embed "../../../web/js/kit/data-table.js"
};

static const unsigned char file26[] = {
#embed "../../../web/js/kit/flow-graph.js"
};

static const unsigned char file27[] = {
#embed "../../../web/js/kit/heat-strip.js"
};

static const unsigned char file28[] = {
#embed "../../../web/js/kit/histogram.js"
};

static const unsigned char file29[] = {
#embed "../../../web/js/kit/icons.js"
};

static const unsigned char file30[] = {
#embed "../../../web/js/kit/key-help.js"
};

static const unsigned char file31[] = {
#embed "../../../web/js/kit/line-chart.js"
};

static const unsigned char file32[] = {
#embed "../../../web/js/kit/states.js"
};

static const unsigned char file33[] = {
#embed "../../../web/js/kit/step-list.js"
};

static const unsigned char file34[] = {
#embed "../../../web/js/kit/step-numbers.js"
};

static const unsigned char file35[] = {
#embed "../../../web/js/main.js"
};

static const unsigned char file36[] = {
#embed "../../../web/js/pages/datasets.js"
};

static const unsigned char file37[] = {
#embed "../../../web/js/pages/list-page.js"
};

static const unsigned char file38[] = {
#embed "../../../web/js/pages/loop.js"
};

static const unsigned char file39[] = {
#embed "../../../web/js/pages/loop/header.js"
};

static const unsigned char file40[] = {
#embed "../../../web/js/pages/loop/notes.js"
};

static const unsigned char file41[] = {
#embed "../../../web/js/pages/loop/quality.js"
};

static const unsigned char file42[] = {
#embed "../../../web/js/pages/loop/story.js"
};

static const unsigned char file43[] = {
#embed "../../../web/js/pages/loop/window-table.js"
};

static const unsigned char file44[] = {
#embed "../../../web/js/pages/missing.js"
};

static const unsigned char file45[] = {
#embed "../../../web/js/pages/models.js"
};

static const unsigned char file46[] = {
#embed "../../../web/js/pages/monitoring.js"
};

static const unsigned char file47[] = {
#embed "../../../web/js/pages/monitoring/alerts.js"
};

static const unsigned char file48[] = {
#embed "../../../web/js/pages/monitoring/changes.js"
};

static const unsigned char file49[] = {
#embed "../../../web/js/pages/monitoring/columns.js"
};

static const unsigned char file50[] = {
#embed "../../../web/js/pages/monitoring/history.js"
};

static const unsigned char file51[] = {
#embed "../../../web/js/pages/monitoring/overview.js"
};

static const unsigned char file52[] = {
#embed "../../../web/js/pages/runs.js"
};

static const unsigned char file53[] = {
#embed "../../../web/js/pages/topics.js"
};

static const martlet_web_asset assets[] = {
    {"css/base.css", file0, sizeof file0},
    {"css/components.css", file1, sizeof file1},
    {"css/loop.css", file2, sizeof file2},
    {"css/monitoring.css", file3, sizeof file3},
    {"css/tokens.css", file4, sizeof file4},
    {"img/martlet.svg", file5, sizeof file5},
    {"index.html", file6, sizeof file6},
    {"js/calc/layout.js", file7, sizeof file7},
    {"js/calc/loop-state.js", file8, sizeof file8},
    {"js/calc/scale.js", file9, sizeof file9},
    {"js/calc/sse.js", file10, sizeof file10},
    {"js/core/api.js", file11, sizeof file11},
    {"js/core/connection.js", file12, sizeof file12},
    {"js/core/fmt.js", file13, sizeof file13},
    {"js/core/html.js", file14, sizeof file14},
    {"js/core/hub.worker.js", file15, sizeof file15},
    {"js/core/keys.js", file16, sizeof file16},
    {"js/core/live.js", file17, sizeof file17},
    {"js/core/router.js", file18, sizeof file18},
    {"js/core/stream.js", file19, sizeof file19},
    {"js/core/theme.js", file20, sizeof file20},
    {"js/kit/canvas.js", file21, sizeof file21},
    {"js/kit/cells.js", file22, sizeof file22},
    {"js/kit/choice.js", file23, sizeof file23},
    {"js/kit/copy.js", file24, sizeof file24},
    {"js/kit/data-table.js", file25, sizeof file25},
    {"js/kit/flow-graph.js", file26, sizeof file26},
    {"js/kit/heat-strip.js", file27, sizeof file27},
    {"js/kit/histogram.js", file28, sizeof file28},
    {"js/kit/icons.js", file29, sizeof file29},
    {"js/kit/key-help.js", file30, sizeof file30},
    {"js/kit/line-chart.js", file31, sizeof file31},
    {"js/kit/states.js", file32, sizeof file32},
    {"js/kit/step-list.js", file33, sizeof file33},
    {"js/kit/step-numbers.js", file34, sizeof file34},
    {"js/main.js", file35, sizeof file35},
    {"js/pages/datasets.js", file36, sizeof file36},
    {"js/pages/list-page.js", file37, sizeof file37},
    {"js/pages/loop.js", file38, sizeof file38},
    {"js/pages/loop/header.js", file39, sizeof file39},
    {"js/pages/loop/notes.js", file40, sizeof file40},
    {"js/pages/loop/quality.js", file41, sizeof file41},
    {"js/pages/loop/story.js", file42, sizeof file42},
    {"js/pages/loop/window-table.js", file43, sizeof file43},
    {"js/pages/missing.js", file44, sizeof file44},
    {"js/pages/models.js", file45, sizeof file45},
    {"js/pages/monitoring.js", file46, sizeof file46},
    {"js/pages/monitoring/alerts.js", file47, sizeof file47},
    {"js/pages/monitoring/changes.js", file48, sizeof file48},
    {"js/pages/monitoring/columns.js", file49, sizeof file49},
    {"js/pages/monitoring/history.js", file50, sizeof file50},
    {"js/pages/monitoring/overview.js", file51, sizeof file51},
    {"js/pages/runs.js", file52, sizeof file52},
    {"js/pages/topics.js", file53, sizeof file53},
};

size_t martlet_web_asset_count(void) { return sizeof assets / sizeof assets[0]; }

const martlet_web_asset *martlet_web_asset_at(size_t index) { return &assets[index]; }
