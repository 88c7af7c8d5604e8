package io.sommelier.conformance;

import java.time.Duration;
import java.util.List;

/** What is so until the link is active. */
final class HelloRules {
    private static final Duration A_WHILE = Duration.ofMillis(500);

    private HelloRules() {}

    static List<Rule> all() {
        return List.of(
                new Rule(
                        "hello",
                        2,
                        "A connector says HELLO first, whole and within the ranges",
                        kit -> kit.dialled().hello()),
                new Rule("hello-waits", 2, "Until it is welcomed it sends PING, PONG and GOODBYE alone", kit -> {
                    Peer peer = kit.dialled();
                    peer.hello();
                    peer.watch(A_WHILE);
                    peer.welcome(Kit.LIMITS, Kit.TOKEN, new byte[0]).ping();
                }),
                new Rule("hello-ping", 2, "A PING before the WELCOME is answered", kit -> {
                    Peer peer = kit.dialled();
                    peer.hello();
                    peer.ping();
                }),
                new Rule("welcome-later-fields", 10, "Bytes behind the last field of WELCOME are skipped", kit -> {
                    Peer peer = kit.dialled().welcome(Kit.LIMITS, Kit.TOKEN, new byte[] {7, 7, 7});
                    peer.isWhole();
                }),
                new Rule("welcome-limits", 2, "The agreed limits hold, if they are smaller than proposed", kit -> {
                    Limits small = new Limits(16 << 10, 8 << 20, 8 << 10, 100);
                    Peer peer = kit.dialled().welcome(small, Kit.TOKEN, new byte[0]);
                    peer.needs("pour");
                    String large = "a".repeat(100_000);
                    peer.endsWith(peer.send(new Draft("pour").payload(large)), large);
                    peer.isWhole();
                }),
                new Rule(
                        "refused-come-back",
                        8,
                        "REFUSED with come back: it connects again, and not in a storm",
                        kit -> {
                            kit.dialled().refuse(true);
                            Peer peer = kit.dialledAgain("after a REFUSED that asked it to");
                            peer.refuse(true);
                            int dials = kit.dials(Duration.ofSeconds(2));
                            if (dials > 20) {
                                throw new Broken(
                                        "it connected %d times within 2 s, with no pause that grows".formatted(dials));
                            }
                        }),
                new Rule("refused-stay-away", 8, "REFUSED without come back: it stays away", kit -> {
                    kit.dialled().refuse(false);
                    kit.staysAway(Duration.ofSeconds(3));
                }),
                new Rule("refused-later-fields", 10, "Bytes behind the last field of REFUSED are skipped", kit -> {
                    Peer peer = kit.dialled();
                    peer.hello();
                    Frame refused = new Goodbye(Goodbye.OVERLOADED, false, "a test").frame(Frame.REFUSED);
                    peer.send(Frame.of(
                            Frame.REFUSED, new Bytes().raw(refused.body()).raw(new byte[] {1, 2, 3})));
                    kit.staysAway(Duration.ofSeconds(3));
                }));
    }
}
