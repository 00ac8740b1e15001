// SPDX-License-Identifier: MIT
// The keys of a rubric's late policy, and what the table alone cannot say about them.
#include <math.h>

#include "grading/rubric_keys.h"

#define LATE(member) offsetof(struct rubric_draft, rubric.late.member)
#define MAX_DAYS 3660

const struct schema_key rubric_late_keys[] = {
    {.name = "due",
     .type = SCHEMA_TEXT,
     .required = true,
     .offset = LATE(due),
     .help = "until when work is on time: 2026-03-01 18:00:00 +01:00; the zone is required"},
    {.name = "grace",
     .type = SCHEMA_SECONDS,
     .offset = LATE(grace_seconds),
     .minimum = 0,
     .maximum = 7 * LATE_DAY_SECONDS,
     .fallback = "0 s",
     .help = "so much later is still on time; after it, days are counted from 'due'"},
    {.name = "per_day",
     .type = SCHEMA_NUMBER,
     .offset = LATE(per_day),
     .minimum = 0,
     .maximum = 100,
     .fallback = "0",
     .help = "percent of the maximum taken off for each day late that has begun"},
    {.name = "cap",
     .type = SCHEMA_NUMBER,
     .offset = LATE(cap),
     .minimum = 0,
     .maximum = 100,
     .fallback = "100",
     .help = "percent of the maximum, the most that is taken off"},
    {.name = "refuse_after",
     .type = SCHEMA_NUMBER,
     .offset = LATE(refuse_after),
     .minimum = 0,
     .maximum = MAX_DAYS,
     .help = "days; what is handed in later gets 0; left out: nothing is too late"},
    {.name = "extensions",
     .type = SCHEMA_TEXT,
     .offset = LATE(extensions),
     .help = "a CSV file, from the rubric's folder: name or student_id, and due, extra_hours or "
             "extra_days"},
    {0}};

bool rubric_check_late(const struct schema_place *place, struct rubric *rubric)
{
    struct late_policy *late = &rubric->late;
    late->is_set = schema_has(place, "late");
    if (!schema_has(place, "late.refuse_after")) {
        late->refuse_after = INFINITY;
    }
    if (late->is_set && !late_parse_time(late->due, &late->due_at)) {
        return schema_refuse(place, "late.due", "'due' needs %s, found '%.64s'", LATE_TIME_FORM,
                             late->due);
    }
    if (late->cap < late->per_day) {
        return schema_refuse(place, schema_has(place, "late.cap") ? "late.cap" : "late.per_day",
                             "'cap' (%g) is below 'per_day' (%g)", late->cap, late->per_day);
    }
    double refuse_seconds = late->refuse_after * LATE_DAY_SECONDS;
    if (refuse_seconds > 0 && late->grace_seconds > refuse_seconds) {
        return schema_refuse(place, "late.grace", "'grace' is longer than 'refuse_after'");
    }
    return true;
}
