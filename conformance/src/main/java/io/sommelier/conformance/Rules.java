package io.sommelier.conformance;

import java.util.List;
import java.util.stream.Stream;

/** All rules that are looked at. */
final class Rules {
    private Rules() {}

    /** In the order in which they are looked at: those that leave a link whole stand together. */
    static List<Rule> all() {
        return Stream.of(
                        HelloRules.all(),
                        LinkRules.all(),
                        CommandRules.all(),
                        StreamRules.all(),
                        HealthRules.all(),
                        EndRules.all(),
                        ViolationRules.all())
                .flatMap(List::stream)
                .toList();
    }

    /** Those of the JSON form; they are looked at behind the others, where it is spoken. */
    static List<Rule> ofJson() {
        return JsonRules.all();
    }

    /** Those that mostly wait; they are looked at beside the others, on a connector of their own. */
    static List<Rule> slow() {
        return TimeRules.all();
    }
}
