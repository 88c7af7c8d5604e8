package io.sommelier.conformance;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** A controller that breaks the protocol is told so, and left. */
final class ViolationRules {
    private ViolationRules() {}

    static List<Rule> all() {
        List<Rule> rules = new ArrayList<>();
        add(rules, "unknown-type", "an unknown type below 80", peer -> peer.send(new Frame(0x2a, 0, 0, new byte[4])));
        add(rules, "event", "type 19, which is kept for later", peer -> peer.send(new Frame(0x19, 0, 2, new byte[4])));
        add(
                rules,
                "undefined-flag",
                "a flag that is not defined",
                peer -> peer.send(new Frame(Frame.PING, 0x01, 0, new byte[8])));
        add(
                rules,
                "link-frame-on-stream",
                "a stream where none may be",
                peer -> peer.send(new Frame(Frame.PING, 0, 2, new byte[8])));
        add(
                rules,
                "cut-short",
                "a body that is cut short",
                peer -> peer.send(new Frame(Frame.PING, 0, 0, new byte[7])));
        add(rules, "too-long", "a body that is too long", peer -> peer.send(new Frame(Frame.PING, 0, 0, new byte[9])));
        add(rules, "length-zero", "a length of 0", peer -> peer.sendBytes(new byte[4]));
        add(
                rules,
                "length-above-limit",
                "a length above the limit",
                peer -> peer.sendBytes(new byte[] {0x7f, (byte) 0xff, (byte) 0xff, (byte) 0xff}));
        add(
                rules,
                "hello-to-connector",
                "a HELLO in the wrong direction",
                peer -> peer.send(new Frame(Frame.HELLO, 0, 0, new byte[60])));
        add(
                rules,
                "welcome-twice",
                "a second WELCOME",
                peer -> peer.send(new Frame(Frame.WELCOME, 0, 0, new byte[60])));
        add(
                rules,
                "odd-stream",
                "a COMMAND on a number that is the connector's to give",
                peer -> peer.send(new Draft("pour").whole(7, peer.target())));
        add(rules, "stream-in-use", "a COMMAND on a number that is in use", peer -> {
            peer.needs("slow");
            int stream = peer.newStream();
            Draft draft = new Draft("slow").payload("{\"millis\":5000}");
            peer.send(draft, stream);
            peer.send(draft.whole(stream, peer.target()));
        });
        add(rules, "continues-nothing", "a CONTINUATION of nothing", peer -> {
            peer.needs("slow");
            Reply reply = peer.send(new Draft("slow").payload("{\"millis\":5000}"));
            peer.send(new Frame(Frame.CONTINUATION, 0, reply.stream(), new byte[3]));
        });
        add(rules, "credit-zero", "a CREDIT of 0", peer -> {
            peer.needs("slow");
            Reply reply = peer.send(new Draft("slow").payload("{\"millis\":5000}"));
            peer.send(Frame.ofStream(Frame.CREDIT, reply.stream(), new Bytes().u32(0)));
        });
        add(
                rules,
                "never-opened",
                "a frame on a stream that was never opened",
                peer -> peer.send(Frame.ofStream(Frame.CANCEL, 100_000, new Bytes().text("what?"))));
        add(
                rules,
                "reply-to-nothing",
                "a reply to a command that it never sent",
                peer -> peer.send(Frame.ofStream(Frame.COMPLETE, 100_001, new Bytes().u64(0))));
        return rules;
    }

    private static void add(List<Rule> rules, String id, String what, Consumer<Peer> sin) {
        rules.add(rule(id, 9, what, sin));
    }

    /** That it leaves with PROTOCOL_ERROR. */
    static Rule rule(String id, int section, String what, Consumer<Peer> sin) {
        return new Rule("error-" + id, section, "It leaves with PROTOCOL_ERROR upon " + what, kit -> {
            Peer peer = kit.spent();
            sin.accept(peer);
            Goodbye said = peer.untilEnd()
                    .orElseThrow(() -> new Broken("it closed without GOODBYE, which would say what was wrong"));
            if (said.reason() != Goodbye.PROTOCOL_ERROR) {
                throw new Broken("it said %s, expected is reason %d".formatted(said, Goodbye.PROTOCOL_ERROR));
            }
        });
    }
}
