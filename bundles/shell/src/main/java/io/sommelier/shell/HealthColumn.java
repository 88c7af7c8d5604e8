package io.sommelier.shell;

import io.sommelier.api.admin.HealthView;

/** How a member is, in a column: {@code UP 3m 5s: 3 barrels}, {@code DOWN 12s, 4 failed: no barrel}; nothing for one that is not asked. */
final class HealthColumn {
    private HealthColumn() {}

    static String of(HealthView health) {
        if (health.state() == HealthView.State.UNASKED) {
            return "";
        }
        return health.state() + " " + Span.of(health.age())
                + (health.failures() > 0 ? ", " + health.failures() + " failed" : "")
                + (health.detail().isEmpty() ? "" : ": " + health.detail());
    }
}
