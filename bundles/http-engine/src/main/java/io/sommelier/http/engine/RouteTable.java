package io.sommelier.http.engine;

import io.netty.handler.codec.http.HttpResponseStatus;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.LongSupplier;

/**
 * Which route serves which request. A whole path without variables is found by one look-up; patterns are tried from the
 * most specific to the least. A route that went stays in the table for a while and answers 503: its clients are to try
 * again, not to believe that the path is wrong. Thread-safe: changes replace an immutable snapshot.
 */
final class RouteTable {
    private static final int MOST_AWAY = 1024;
    private static final Set<String> ALL_METHODS =
            new TreeSet<>(Set.of("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"));

    private final LongSupplier nanoTime;
    private volatile Snapshot snapshot = Snapshot.of(List.of());
    private volatile boolean hadRoutes;

    RouteTable(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    /** @throws IllegalStateException when another route serves the same requests */
    synchronized void add(RouteEntry entry) {
        long now = nanoTime.getAsLong();
        var entries = new ArrayList<RouteEntry>();
        for (RouteEntry other : snapshot.all) {
            if (other.isHere() && other.collidesWith(entry)) {
                throw new IllegalStateException("the path " + entry.pattern().path() + " is already served by "
                        + other.consumer().name());
            }
            if (!other.isOver(now) && !other.collidesWith(entry)) {
                entries.add(other);
            }
        }
        entries.add(entry);
        hadRoutes = true;
        snapshot = Snapshot.of(entries);
    }

    /**
     * A route is about to come: its path is answered 503 until it is here, or that time is over. Of several routes that start together one is the first, and the paths of the
     * others would be 404 meanwhile. Where a route is that could be meant, it goes on.
     */
    synchronized void expect(RouteEntry entry, Duration limit) {
        long now = nanoTime.getAsLong();
        if (snapshot.all.stream().noneMatch(other -> !other.isOver(now) && other.collidesWith(entry))) {
            var entries = new ArrayList<>(snapshot.all);
            entries.add(entry.awayUntil(now + limit.toNanos()));
            snapshot = Snapshot.of(entries);
        }
    }

    /** The routes of a consumer go; their paths are answered 503 for a while. */
    synchronized void remove(HttpConsumer consumer, Duration awayLimit) {
        long now = nanoTime.getAsLong();
        var entries = new ArrayList<RouteEntry>();
        for (RouteEntry entry : snapshot.all) {
            if (entry.owner() == consumer.key()) {
                entries.add(entry.awayUntil(now + awayLimit.toNanos()));
            } else if (!entry.isOver(now)) {
                entries.add(entry);
            }
        }
        long away = entries.stream().filter(entry -> !entry.isHere()).count();
        for (int i = 0; away > MOST_AWAY; ) {
            if (entries.get(i).isHere()) {
                i++;
            } else {
                entries.remove(i);
                away--;
            }
        }
        snapshot = Snapshot.of(entries);
    }

    RouteAnswer find(String method, RequestTarget target, String contentType, boolean hasBody, String accept) {
        Snapshot current = snapshot;
        long now = nanoTime.getAsLong();
        if (!target.hasEscapedSlash()) {
            List<RouteEntry> exact = current.exact.get(target.literal());
            if (exact != null && exact.size() == 1 && exact.get(0).isHere()) {
                RouteEntry only = exact.get(0);
                if (only.methods().isEmpty()
                        && only.consumes() == MediaTypes.ANY
                        && only.produces() == MediaTypes.ANY) {
                    return new RouteAnswer.Found(only.consumer(), Map.of());
                }
            }
        }
        return new Search(method, contentType, hasBody, accept, now).among(current, target);
    }

    /** The methods that a path may be asked for; empty for an unknown path. */
    private static Set<String> allow(RouteEntry entry) {
        if (entry.methods().isEmpty()) {
            return ALL_METHODS;
        }
        var allow = new TreeSet<>(entry.methods());
        if (allow.contains("GET")) {
            allow.add("HEAD");
        }
        allow.add("OPTIONS");
        return allow;
    }

    /** One look-up among routes that restrict what they take; remembers why those that cover the path do not serve it. */
    private final class Search {
        private final String method;
        private final MediaTypes contentType;
        private final MediaTypes accept;
        private final long now;
        private final Set<String> allow = new TreeSet<>();
        private boolean isOtherType;
        private boolean isOtherAnswer;
        private RouteEntry covering;

        Search(String method, String contentType, boolean hasBody, String accept, long now) {
            this.method = method;
            this.contentType = !hasBody
                    ? MediaTypes.ANY
                    : MediaTypes.of(contentType == null ? "application/octet-stream" : contentType);
            this.accept = MediaTypes.of(accept);
            this.now = now;
        }

        RouteAnswer among(Snapshot current, RequestTarget target) {
            if (!target.hasEscapedSlash()) {
                for (RouteEntry entry : current.exact.getOrDefault(target.literal(), List.of())) {
                    Optional<RouteAnswer> answer = judge(entry, Map.of());
                    if (answer.isPresent()) {
                        return answer.get();
                    }
                }
            }
            for (RouteEntry entry : current.patterns) {
                Optional<Map<String, String>> variables = entry.pattern().match(target.segments());
                Optional<RouteAnswer> answer = variables.flatMap(values -> judge(entry, values));
                if (answer.isPresent()) {
                    return answer.get();
                }
            }
            return refusal();
        }

        private Optional<RouteAnswer> judge(RouteEntry entry, Map<String, String> variables) {
            if (entry.isOver(now)) {
                return Optional.empty();
            }
            allow.addAll(allow(entry));
            if (covering == null && entry.isHere()) {
                covering = entry;
            }
            if (!entry.allows(method)) {
                return Optional.empty();
            }
            if (!entry.consumes().meets(contentType)) {
                isOtherType = true;
                return Optional.empty();
            }
            if (!entry.produces().meets(accept)) {
                isOtherAnswer = true;
                return Optional.empty();
            }
            return Optional.of(
                    entry.isHere()
                            ? new RouteAnswer.Found(entry.consumer(), variables)
                            : new RouteAnswer.Refused(
                                    HttpResponseStatus.SERVICE_UNAVAILABLE, Set.of(), entry.awayBody()));
        }

        private RouteAnswer refusal() {
            if (allow.isEmpty()) {
                // Before the first route came, nobody can know which paths there are.
                return hadRoutes
                        ? refuse(HttpResponseStatus.NOT_FOUND, "nothing is served at this path")
                        : refuse(HttpResponseStatus.SERVICE_UNAVAILABLE, "nothing is served yet; try again");
            }
            if (isOtherType) {
                return refuse(HttpResponseStatus.UNSUPPORTED_MEDIA_TYPE, "this path does not take that Content-Type");
            }
            if (isOtherAnswer) {
                return refuse(
                        HttpResponseStatus.NOT_ACCEPTABLE, "this path gives nothing that the Accept header allows");
            }
            if (method.equals("OPTIONS")) {
                return new RouteAnswer.Refused(HttpResponseStatus.NO_CONTENT, allow, new byte[0]);
            }
            return refuse(
                    HttpResponseStatus.METHOD_NOT_ALLOWED,
                    "this path is served by " + String.join(", ", allow) + " alone");
        }

        private RouteAnswer refuse(HttpResponseStatus status, String detail) {
            return new RouteAnswer.Refused(
                    status,
                    status.equals(HttpResponseStatus.METHOD_NOT_ALLOWED) ? allow : Set.of(),
                    covering == null ? Refusals.body(status, detail) : covering.refusal(status, detail));
        }
    }

    /** All routes at one time. */
    private record Snapshot(List<RouteEntry> all, Map<String, List<RouteEntry>> exact, List<RouteEntry> patterns) {
        static Snapshot of(List<RouteEntry> entries) {
            var exact = new HashMap<String, List<RouteEntry>>();
            var patterns = new ArrayList<RouteEntry>();
            for (RouteEntry entry : entries) {
                if (entry.pattern().isLiteral() && !entry.pattern().isPrefix()) {
                    exact.computeIfAbsent(entry.pattern().path(), path -> new ArrayList<>())
                            .add(entry);
                } else {
                    patterns.add(entry);
                }
            }
            patterns.sort(Comparator.comparing(RouteEntry::pattern));
            return new Snapshot(List.copyOf(entries), Map.copyOf(exact), List.copyOf(patterns));
        }
    }
}
