package io.sommelier.conformance;

import java.time.Duration;
import java.util.List;

/** What is so of a streamed reply. */
final class StreamRules {
    private static final Duration A_WHILE = Duration.ofMillis(300);

    private StreamRules() {}

    private static Draft count(int to) {
        return new Draft("count").payload("{\"to\":" + to + "}");
    }

    static List<Rule> all() {
        return List.of(
                new Rule("stream", 4, "Parts are numbered from 0, and the terminal counts them", kit -> {
                    Peer peer = kit.active();
                    peer.needs("count");
                    Reply reply = peer.send(count(5));
                    peer.end(reply);
                    if (reply.data().size() != 5) {
                        throw new Broken("count to 5 came in %d parts"
                                .formatted(reply.data().size()));
                    }
                    peer.isWhole();
                }),
                new Rule("no-credit", 6, "Without credit no DATA is sent", kit -> {
                    Peer peer = kit.active();
                    peer.needs("count");
                    Reply reply = peer.send(count(3).credit(0));
                    peer.watch(A_WHILE);
                    peer.credit(reply, 1 << 20);
                    peer.end(reply);
                }),
                new Rule(
                        "credit",
                        6,
                        "A DATA may go while credit is above 0, costs 128 at least, and debts are paid first",
                        kit -> {
                            Peer peer = kit.active();
                            peer.needs("count");
                            Reply reply = peer.send(count(4).credit(1));
                            peer.parts(reply, 1);
                            peer.watch(A_WHILE);
                            peer.credit(reply, 127); // pays the debt, and leaves none
                            peer.watch(A_WHILE);
                            peer.credit(reply, 1);
                            peer.parts(reply, 2);
                            peer.watch(A_WHILE);
                            peer.credit(reply, 1 << 20);
                            peer.end(reply);
                        }),
                new Rule("drip", 6, "A stream goes on for as long as it is given credit, however little", kit -> {
                    Peer peer = kit.active();
                    peer.needs("count");
                    Reply reply = peer.send(count(200).credit(128));
                    for (int i = 1; i <= 200; i++) {
                        peer.parts(reply, i);
                        peer.credit(reply, 128);
                    }
                    peer.end(reply);
                }),
                new Rule("long", 6, "A long stream keeps to its credit", kit -> {
                    Peer peer = kit.active();
                    peer.needs("count");
                    Reply reply = peer.send(count(20_000).credit(64 << 10));
                    for (int i = 0; reply.terminal() == null; i = reply.data().size()) {
                        int had = i;
                        peer.await(
                                "the next part of a stream that has credit",
                                () -> reply.data().size() > had || reply.terminal() != null);
                        if (reply.terminal() == null) {
                            peer.credit(reply, 128L * (reply.data().size() - had));
                        }
                    }
                    if (reply.data().size() != 20_000) {
                        throw new Broken("count to 20000 came in %d parts"
                                .formatted(reply.data().size()));
                    }
                }),
                new Rule("stalled-beside", 6, "A stream that waits for credit holds up no other command", kit -> {
                    Peer peer = kit.active();
                    peer.needs("count");
                    peer.needs("pour");
                    Reply stalled = peer.send(count(1000).credit(128));
                    peer.parts(stalled, 1);
                    for (int i = 0; i < 10; i++) {
                        peer.isWhole();
                    }
                    peer.cancel(stalled);
                    peer.isWhole();
                }),
                new Rule("stream-cancel", 4, "CANCEL ends a stream that is flowing, and that one alone", kit -> {
                    Peer peer = kit.active();
                    peer.needs("count");
                    Reply reply = peer.send(count(1_000_000).credit(1 << 20));
                    Reply other = peer.send(count(100));
                    peer.parts(reply, 100);
                    peer.cancel(reply);
                    peer.ping();
                    peer.watch(A_WHILE);
                    peer.end(other);
                    peer.isWhole();
                }),
                new Rule("stalled-cancel", 4, "CANCEL ends a stream that waits for credit", kit -> {
                    Peer peer = kit.active();
                    peer.needs("count");
                    Reply reply = peer.send(count(1000).credit(1));
                    peer.parts(reply, 1);
                    peer.cancel(reply);
                    peer.send(Frame.ofStream(Frame.CREDIT, reply.stream(), new Bytes().u32(100_000)));
                    peer.ping();
                    peer.watch(A_WHILE);
                    peer.isWhole();
                }));
    }
}
