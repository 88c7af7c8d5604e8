package io.sommelier.controller;

import io.sommelier.api.Outcome;
import io.sommelier.api.admin.DrainReport;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** The commands that a drain did not see finish: all are counted, the first are named. Thread-safe. */
final class LeftCommands {
    // Under the lock of this.
    private final Map<Outcome, Long> counts = new EnumMap<>(Outcome.class);
    private final List<DrainReport.Unfinished> named = new ArrayList<>();

    synchronized void add(DrainReport.Unfinished command) {
        counts.merge(command.outcome(), 1L, Long::sum);
        if (named.size() < DrainReport.MAX_COMMANDS) {
            named.add(command);
        }
    }

    /** Adds what is here to counts and names, of which there are no more than a report has. */
    synchronized void addTo(Map<Outcome, Long> allCounts, List<DrainReport.Unfinished> allNamed) {
        counts.forEach((outcome, count) -> allCounts.merge(outcome, count, Long::sum));
        int room = DrainReport.MAX_COMMANDS - allNamed.size();
        allNamed.addAll(named.subList(0, Math.min(room, named.size())));
    }
}
