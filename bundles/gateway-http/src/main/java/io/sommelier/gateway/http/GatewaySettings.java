package io.sommelier.gateway.http;

import io.sommelier.api.Command;
import io.sommelier.api.CommandSender;
import io.sommelier.gateway.http.internal.HeaderNames;
import io.sommelier.gateway.http.internal.command.CommandLimits;
import io.sommelier.gateway.http.internal.reply.Answer;
import io.sommelier.gateway.http.internal.reply.ReplyRules;
import io.sommelier.gateway.http.internal.request.Origins;
import io.sommelier.gateway.http.internal.request.RequestRules;
import io.sommelier.spi.SettingsReader;
import java.net.URI;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * The settings of a {@link Gateway}; the README's table says what each one means and may be. Immutable.
 *
 * @param requests what requests may say
 * @param replies what replies say
 * @param limits what may be held for clients
 * @param hasOperatorPaths whether targets, channels and commands in flight are shown
 * @param drainLimit how long requests may take when the gateway stops
 */
record GatewaySettings(
        RequestRules requests,
        ReplyRules replies,
        CommandLimits limits,
        boolean hasOperatorPaths,
        Duration drainLimit) {
    /** The PID of these settings. */
    static final String PID = "io.sommelier.gateway.http";

    static final String PASSED = "Accept-Language, Baggage, Tracestate, X-Correlation-Id, X-Request-Id";
    static final String RETURNED =
            "Cache-Control, Content-Disposition, Content-Encoding, Content-Language, ETag, Expires,"
                    + " Last-Modified, Link, Location, Retry-After, Vary, X-*";

    /** What the gateway itself understands, and what it puts beside the headers. */
    private static final Set<String> NEVER_PASSED = Set.of(
            "accept",
            "content-type",
            "idempotency-key",
            "operation",
            "origin",
            "prefer",
            "sommelier-command-id",
            "sommelier-durable",
            "sommelier-idempotent",
            "sommelier-instance",
            "sommelier-ttl",
            "target",
            "traceparent");

    private static final Duration MILLI = Duration.ofMillis(1);
    private static final Duration SECOND = Duration.ofSeconds(1);

    /**
     * Reads settings as Config Admin gives them.
     *
     * @throws IllegalArgumentException naming every key that is out of range, its value and what is allowed
     */
    static GatewaySettings read(Map<String, ?> properties) {
        var reader = new SettingsReader(PID, properties);
        Duration most = reader.duration("maxTtl", Duration.ofHours(24), SECOND, Command.MAX_TTL);
        Duration usual = reader.duration("defaultTtl", Duration.ofSeconds(30), MILLI, Command.MAX_TTL);
        if (usual.compareTo(most) > 0) {
            reader.violation(
                    "defaultTtl = " + usual.toMillis() + "ms (allowed: at most maxTtl, " + most.toSeconds() + "s)");
        }
        var settings = new GatewaySettings(
                new RequestRules(usual, most, names(reader, "passHeaders", PASSED, NEVER_PASSED), origins(reader)),
                new ReplyRules(
                        names(reader, "returnHeaders", RETURNED, Answer.OWN),
                        reader.duration("retryAfter", Duration.ofSeconds(2), SECOND, Duration.ofHours(1))),
                new CommandLimits(
                        reader.integer("maxStreams", streamsOfThisHeap(), 1, 1_000_000),
                        reader.integer("results", 20_000, 1, 10_000_000),
                        reader.number("resultsBytes", 64L << 20, 1 << 20, 1L << 40),
                        reader.number("resultBytes", 1 << 20, 1 << 10, 1 << 30),
                        reader.duration("resultRetention", Duration.ofMinutes(10), SECOND, Command.MAX_TTL)),
                reader.flag("operatorPaths", true),
                reader.duration("drainLimit", Duration.ofSeconds(2), Duration.ZERO, Duration.ofMinutes(1)));
        reader.check();
        return settings;
    }

    /** So many that they fill a quarter of the heap when no client reads. */
    private static int streamsOfThisHeap() {
        long streams = Runtime.getRuntime().maxMemory() / 4 / CommandSender.INITIAL_CREDIT_BYTES;
        return (int) Math.max(16, Math.min(1_000_000, streams));
    }

    private static HeaderNames names(SettingsReader reader, String key, String defaultValue, Set<String> never) {
        try {
            return HeaderNames.of(reader.text(key, defaultValue), never);
        } catch (IllegalArgumentException e) {
            reader.violation(key + ": " + e.getMessage()
                    + " (allowed: names of headers and beginnings such as X-*, with commas between)");
            return HeaderNames.of("", never);
        }
    }

    private static Origins origins(SettingsReader reader) {
        var origins = new TreeSet<String>();
        for (String entry : reader.text("allowedOrigins", "").split(",")) {
            String origin = entry.trim().toLowerCase(Locale.ROOT);
            if (origin.equals("*") || isOrigin(origin)) {
                origins.add(origin);
            } else if (!origin.isEmpty()) {
                reader.violation("allowedOrigins: " + origin
                        + " (allowed: * or origins such as https://shop.example.org, with commas between)");
            }
        }
        return new Origins(origins);
    }

    private static boolean isOrigin(String text) {
        try {
            URI uri = URI.create(text);
            return uri.getScheme() != null
                    && uri.getHost() != null
                    && uri.getRawPath().isEmpty();
        } catch (IllegalArgumentException notAUri) {
            return false;
        }
    }
}
