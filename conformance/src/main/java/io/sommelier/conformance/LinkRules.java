package io.sommelier.conformance;

import java.util.List;

/** What is so on an active link, whatever is on it. */
final class LinkRules {
    private LinkRules() {}

    static List<Rule> all() {
        return List.of(
                new Rule("ping", 7, "Each PING is answered by a PONG with its token, in order", kit -> {
                    Peer peer = kit.active();
                    for (int i = 0; i < 20; i++) {
                        peer.ping();
                    }
                }),
                new Rule("pong-unasked", 7, "A PONG that nobody asked for is dropped", kit -> {
                    Peer peer = kit.active();
                    peer.send(Frame.of(Frame.PONG, new Bytes().u64(4711)));
                    peer.isWhole();
                }),
                new Rule("ignorable", 1, "Types 80 to ff are skipped, whatever flags and stream say", kit -> {
                    Peer peer = kit.active();
                    peer.send(new Frame(0x80, 0xff, 4712, new byte[100]));
                    peer.send(new Frame(0xff, 0, 0, new byte[0]));
                    peer.send(new Frame(0xa5, 1, 1, new byte[60_000]));
                    peer.isWhole();
                }),
                new Rule(
                        "byte-by-byte",
                        1,
                        "Where the stream of bytes is cut means nothing: each byte by itself",
                        kit -> {
                            Peer peer = kit.active();
                            peer.needs("pour");
                            Draft draft = new Draft("pour").payload("drop by drop");
                            int stream = peer.newStream();
                            Reply reply = peer.expect(stream, draft.credit());
                            for (byte one : draft.whole(stream, peer.target()).toArray()) {
                                peer.sendBytes(new byte[] {one});
                            }
                            peer.end(reply);
                            peer.isWhole();
                        }),
                new Rule(
                        "many-in-one",
                        1,
                        "Where the stream of bytes is cut means nothing: many frames at once",
                        kit -> {
                            Peer peer = kit.active();
                            peer.needs("pour");
                            Bytes all = new Bytes();
                            List<Reply> replies = new java.util.ArrayList<>();
                            for (int i = 0; i < 50; i++) {
                                Draft draft = new Draft("pour").payload("glass " + i);
                                int stream = peer.newStream();
                                replies.add(peer.expect(stream, draft.credit()));
                                all.raw(draft.whole(stream, peer.target()).toArray());
                            }
                            peer.sendBytes(all.toArray());
                            for (int i = 0; i < replies.size(); i++) {
                                peer.endsWith(replies.get(i), "glass " + i);
                            }
                            peer.isWhole();
                        }));
    }
}
