package io.sommelier.conformance;

import java.util.ArrayList;
import java.util.List;

/** What is so of a connector that says how it is; those that do not name the operation are not checked. */
final class HealthRules {
    private static final String HEALTH = "sommelier.health";
    private static final int MOST_DETAIL = 1024;
    private static final int MOST_BUSY = 1000;

    private HealthRules() {}

    static List<Rule> all() {
        return List.of(
                new Rule("health", 14, "Asked how it is, it ends with COMPLETE or FAILED, again and again", kit -> {
                    Peer peer = kit.active();
                    peer.needs(HEALTH);
                    for (int i = 0; i < 3; i++) {
                        Terminal end = ask(peer);
                        if (end.isComplete() && end.payload().length > MOST_DETAIL) {
                            throw new Broken("its detail has %d bytes, %d are read"
                                    .formatted(end.payload().length, MOST_DETAIL));
                        }
                        if (!end.isComplete() && end.code() == Terminal.UNKNOWN_OPERATION) {
                            throw new Broken("it names the operation, and does not know it: " + end);
                        }
                    }
                    peer.isWhole();
                }),
                new Rule("health-busy", 14, "It says how it is though as many commands run as it takes", kit -> {
                    Peer peer = kit.active();
                    peer.needs(HEALTH);
                    peer.needs("slow");
                    List<Reply> busy = new ArrayList<>();
                    for (int i = 0; i < Math.min(MOST_BUSY, peer.hello().capacity()); i++) {
                        busy.add(peer.send(new Draft("slow").payload("{\"millis\":60000}")));
                    }
                    ask(peer);
                    busy.forEach(peer::cancel);
                    peer.isWhole();
                }));
    }

    private static Terminal ask(Peer peer) {
        return peer.end(peer.send(new Draft(HEALTH).credit(0).ttlMicros(5_000_000)));
    }
}
