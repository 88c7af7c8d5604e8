package io.sommelier.karaf.probe;

import java.util.List;
import java.util.Map;

/** What only a bundle inside sees. */
public interface ProbeMXBean {
    /** The identity of the wiring of each bundle of ours, by symbolic name: another one after a refresh, which the time of modification does not show. */
    Map<String, String> wirings();

    /** The bundles of ours that were stopped since the probe came, or since the last time that this was asked. */
    List<String> stopped();

    /** Remembers the class loader that a bundle has now, softly enough to see it go. */
    void watch(String symbolicName);

    /** Collects garbage, and names the bundles whose remembered class loaders are still there. */
    List<String> alive();

    /** How often each payload was executed by the handler that tells of it, since the probe came, or since the last time that this was asked. */
    Map<String, Integer> executions();
}
