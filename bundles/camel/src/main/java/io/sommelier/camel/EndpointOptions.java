package io.sommelier.camel;

import io.sommelier.api.Command;
import io.sommelier.api.Target;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * What the URI of an endpoint says. Immutable.
 *
 * @param targetId the target; empty where each message names it
 * @param operations what is asked for, or served; empty where each message names it
 * @param instance the one instance that is meant, or empty
 * @param ttl the time to live, where it is set
 * @param durable whether commands are durable
 * @param idempotent whether commands may run twice
 * @param isStreamed whether the reply is given part by part
 * @param isDirect whether exchanges go on on the thread that brings the answer or the command
 * @param maxBodyBytes the largest body that is sent
 */
record EndpointOptions(
        String targetId,
        Set<String> operations,
        String instance,
        Optional<Duration> ttl,
        boolean durable,
        boolean idempotent,
        boolean isStreamed,
        boolean isDirect,
        int maxBodyBytes) {
    /** In place of the target: each message names it. */
    static final String ANY_TARGET = "*";

    private static final int DEFAULT_BODY_BYTES = 16 << 20;
    private static final int MOST_BODY_BYTES = 1 << 30;

    /**
     * Reads the options, and takes them out of the parameters.
     *
     * @throws IllegalArgumentException naming every violation: option, value, and what is allowed
     */
    static EndpointOptions read(String uri, String target, Map<String, Object> parameters) {
        Values values = new Values(parameters);
        String targetId = target.equals(ANY_TARGET) ? "" : values.name("target", target);
        Set<String> operations = new LinkedHashSet<>();
        String listed = values.text("operation");
        if (listed != null) {
            for (String operation : listed.split(",", -1)) {
                operations.add(values.name("operation", operation.trim()));
            }
        }
        String instance = values.text("instance");
        EndpointOptions options = new EndpointOptions(
                targetId,
                Set.copyOf(operations),
                instance == null || instance.isEmpty() ? "" : values.name("instance", instance),
                Optional.ofNullable(values.read("ttl", null, OptionValues.TTL, OptionValues::ttl)),
                values.flag("durable"),
                values.flag("idempotent"),
                values.flag("stream"),
                values.flag("direct"),
                values.read(
                        "maxBodyBytes",
                        DEFAULT_BODY_BYTES,
                        "0 to " + MOST_BODY_BYTES,
                        value -> OptionValues.number(value, 0, MOST_BODY_BYTES)));
        values.check(uri);
        return options;
    }

    /** Takes values out of the parameters, and collects what is wrong with them. */
    private static final class Values {
        private final Map<String, Object> parameters;
        private final List<String> violations = new ArrayList<>();

        Values(Map<String, Object> parameters) {
            this.parameters = parameters;
        }

        String text(String key) {
            Object value = parameters.remove(key);
            return value == null ? null : value.toString().trim();
        }

        boolean flag(String key) {
            return read(key, false, OptionValues.FLAG, OptionValues::flag);
        }

        <T> T read(String key, T absent, String allowed, Function<Object, T> parse) {
            Object value = parameters.remove(key);
            if (value == null) {
                return absent;
            }
            try {
                return parse.apply(value);
            } catch (IllegalArgumentException e) {
                violations.add(key + " = " + value + " (allowed: " + allowed + ")");
                return absent;
            }
        }

        String name(String key, String value) {
            try {
                if (key.equals("operation")) {
                    Command.to("x", value).build();
                } else {
                    Target.of(value);
                }
            } catch (IllegalArgumentException e) {
                violations.add(key + " = " + value
                        + " (allowed: 1 to 128 of A-Z a-z 0-9 . _ : -, the first a letter or digit"
                        + (key.equals("target") ? ", or * where each message names it)" : ")"));
            }
            return value;
        }

        void check(String uri) {
            if (!violations.isEmpty()) {
                throw new IllegalArgumentException(uri + ": " + String.join("; ", violations));
            }
        }
    }
}
