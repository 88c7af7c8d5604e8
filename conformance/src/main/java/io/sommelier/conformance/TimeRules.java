package io.sommelier.conformance;

import java.time.Duration;
import java.util.List;

/** What is so after a time. */
final class TimeRules {
    private static final long MOST_HEARTBEAT_MILLIS = 20_000;

    private TimeRules() {}

    static List<Rule> all() {
        return List.of(
                new Rule("heartbeat", 7, "It pings in each period of its own", kit -> {
                    Peer peer = kit.spent();
                    Duration period = period(peer);
                    int before = peer.pings();
                    peer.watch(period.multipliedBy(5).dividedBy(2));
                    if (peer.pings() - before < 2) {
                        throw new Broken("%d PINGs in two and a half periods of %d ms"
                                .formatted(peer.pings() - before, period.toMillis()));
                    }
                }),
                new Rule(
                        "silence",
                        7,
                        "It ends a link on which nothing comes for two periods, with HEARTBEAT_TIMEOUT",
                        kit -> {
                            Peer peer = kit.spent();
                            Duration period = period(peer);
                            peer.mute();
                            Goodbye goodbye = peer.untilEnd(
                                            period.multipliedBy(3).plusSeconds(5))
                                    .orElse(new Goodbye(
                                            Goodbye.HEARTBEAT_TIMEOUT, true, "")); // a socket may just close
                            expect(goodbye, Goodbye.HEARTBEAT_TIMEOUT);
                            kit.dialledAgain("after it ended a link that was dead")
                                    .hello();
                        }),
                new Rule("hello-unanswered", 2, "It gives up a hello that is not answered, and tries again", kit -> {
                    Peer peer = kit.dialled();
                    peer.hello();
                    peer.untilEnd(Duration.ofSeconds(30)).ifPresent(said -> expect(said, Goodbye.HELLO_TIMEOUT));
                    kit.dialledAgain("after a hello that was not answered").hello();
                }));
    }

    private static Duration period(Peer peer) {
        if (peer.isText()) {
            throw new NotChecked("the JSON form leaves heartbeats to the WebSocket");
        }
        long period = peer.hello().heartbeatMillis();
        if (period > MOST_HEARTBEAT_MILLIS) {
            throw new NotChecked("its heartbeat of %d ms is too slow to wait for".formatted(period));
        }
        return Duration.ofMillis(period);
    }

    private static void expect(Goodbye said, int reason) {
        if (said.reason() != reason) {
            throw new Broken("it said %s, expected is reason %d".formatted(said, reason));
        }
    }
}
