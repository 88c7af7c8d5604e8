package io.sommelier.conformance;

import java.util.ArrayList;
import java.util.List;

/** What is so of a command and its single reply. */
final class CommandRules {
    private static final long EIGHT_DAYS_MICROS = 8L * 24 * 60 * 60 * 1_000_000;

    private CommandRules() {}

    static List<Rule> all() {
        return List.of(
                new Rule("single", 4, "A command gets exactly one terminal", kit -> {
                    Peer peer = kit.active();
                    peer.needs("pour");
                    peer.endsWith(peer.send(new Draft("pour").payload("a Chablis")), "a Chablis");
                    peer.isWhole();
                }),
                new Rule("empty", 3, "A payload may be empty", kit -> {
                    Peer peer = kit.active();
                    peer.needs("pour");
                    peer.end(peer.send(new Draft("pour"))).mustBeComplete();
                }),
                new Rule("binary", 3, "A payload is any bytes", kit -> {
                    Peer peer = kit.active();
                    peer.needs("pour");
                    byte[] bytes = new byte[1024];
                    for (int i = 0; i < bytes.length; i++) {
                        bytes[i] = (byte) i;
                    }
                    peer.end(peer.send(new Draft("pour").payload(bytes))).mustBeComplete();
                }),
                new Rule("all-fields", 3, "A command may have every field and every flag", kit -> {
                    Peer peer = kit.active();
                    peer.needs("pour");
                    peer.end(peer.send(new Draft("pour").allFields().payload("with all that there is")))
                            .mustBeComplete();
                }),
                new Rule("many", 3, "Commands run beside each other, each on its own stream", kit -> {
                    Peer peer = kit.active();
                    peer.needs("pour");
                    int most = (int) Math.min(100, peer.hello().capacity());
                    List<Reply> replies = new ArrayList<>();
                    for (int i = 0; i < most; i++) {
                        replies.add(peer.send(new Draft("pour").payload("glass " + i)));
                    }
                    for (int i = 0; i < most; i++) {
                        peer.endsWith(replies.get(i), "glass " + i);
                    }
                }),
                new Rule("numbers-go-around", 3, "Numbers of streams go up to the end and begin again", kit -> {
                    Peer peer = kit.spent();
                    peer.needs("pour");
                    for (int stream : new int[] {0x7ffffffe, 0xfffffffc, 0xfffffffe, 2}) {
                        peer.end(peer.send(new Draft("pour"), stream)).mustBeComplete();
                    }
                }),
                new Rule("unknown-operation", 4, "An operation that it does not serve: UNKNOWN_OPERATION", kit -> {
                    Peer peer = kit.active();
                    peer.end(peer.send(new Draft("no-such-operation"))).mustHaveFailed(Terminal.UNKNOWN_OPERATION);
                    peer.isWhole();
                }),
                new Rule("failing", 4, "A handler that fails: FAILED, EXECUTED, and the link goes on", kit -> {
                    Peer peer = kit.active();
                    peer.needs("fail");
                    Terminal end = peer.end(peer.send(new Draft("fail")));
                    if (end.isComplete() || end.outcome() != Terminal.EXECUTED) {
                        throw new Broken("it ended with " + end);
                    }
                    peer.isWhole();
                }),
                new Rule("bad-operation", 9, "A name that breaks the grammar: FAILED, INVALID_COMMAND", kit -> {
                    Peer peer = kit.active();
                    peer.end(peer.send(new Draft("no name"))).mustHaveFailed(Terminal.INVALID_COMMAND);
                    peer.isWhole();
                }),
                new Rule("bad-ttl", 9, "More than 7 days to live: FAILED, INVALID_COMMAND", kit -> {
                    Peer peer = kit.active();
                    peer.needs("pour");
                    Draft draft = new Draft("pour").ttlMicros(EIGHT_DAYS_MICROS);
                    peer.end(peer.send(draft)).mustHaveFailed(Terminal.INVALID_COMMAND);
                    peer.isWhole();
                }),
                new Rule("split", 5, "A command comes in pieces, CREDIT and other frames between them", kit -> {
                    Peer peer = kit.active();
                    peer.needs("pour");
                    int one = peer.newStream();
                    int other = peer.newStream();
                    Reply first = peer.expect(one, 1 << 20);
                    Reply second = peer.expect(other, 1 << 20);
                    List<Frame> ones =
                            new Draft("pour").payload("a".repeat(100_000)).split(one, peer.target());
                    List<Frame> others =
                            new Draft("pour").payload("b".repeat(100_000)).split(other, peer.target());
                    for (int i = 0; i < ones.size(); i++) {
                        peer.send(ones.get(i));
                        peer.send(others.get(i));
                        if (i == 2) {
                            peer.credit(first, 1000);
                            peer.ping();
                        }
                    }
                    peer.endsWith(first, "a".repeat(100_000));
                    peer.endsWith(second, "b".repeat(100_000));
                    peer.isWhole();
                }),
                new Rule("split-cancelled", 5, "CANCEL between the pieces of a command: nothing comes back", kit -> {
                    Peer peer = kit.active();
                    peer.needs("pour");
                    int stream = peer.newStream();
                    Reply reply = peer.expect(stream, 1 << 20);
                    new Draft("pour")
                            .payload("a".repeat(100_000))
                            .split(stream, peer.target())
                            .subList(0, 3)
                            .forEach(peer::send);
                    peer.cancel(reply);
                    peer.isWhole();
                }),
                new Rule("too-large", 9, "A command above the agreed limit: FAILED, PAYLOAD_TOO_LARGE", kit -> {
                    Limits small = new Limits(64 << 10, 64 << 10, 8 << 10, 100);
                    Peer peer = kit.dialled().welcome(small, Kit.TOKEN, new byte[0]);
                    peer.needs("pour");
                    int stream = peer.newStream();
                    Reply reply = peer.expect(stream, 1 << 20);
                    peer.send(Draft.announcing("pour", stream, peer.target(), 1 << 20));
                    peer.end(reply).mustHaveFailed(Terminal.PAYLOAD_TOO_LARGE);
                    peer.send(Frame.ofStream(Frame.CANCEL, stream, new Bytes().text("the rest does not come")));
                    peer.isWhole();
                }),
                new Rule("late", 4, "CREDIT and CANCEL that come behind the terminal are dropped", kit -> {
                    Peer peer = kit.active();
                    peer.needs("pour");
                    int stream = peer.newStream();
                    peer.end(peer.send(new Draft("pour"), stream));
                    peer.send(Frame.ofStream(Frame.CREDIT, stream, new Bytes().u32(128)));
                    peer.send(Frame.ofStream(Frame.CANCEL, stream, new Bytes().text("too late")));
                    peer.isWhole();
                }),
                new Rule("cancel", 4, "CANCEL of a command that is under way: nothing comes back behind it", kit -> {
                    Peer peer = kit.active();
                    peer.needs("slow");
                    Reply reply = peer.send(new Draft("slow").payload("{\"millis\":400}"));
                    peer.ping();
                    peer.cancel(reply);
                    peer.ping();
                    peer.watch(java.time.Duration.ofMillis(700));
                    peer.isWhole();
                }),
                new Rule("garbage", 9, "A payload that a handler cannot read fails that command alone", kit -> {
                    Peer peer = kit.active();
                    peer.needs("slow");
                    Terminal end = peer.end(peer.send(new Draft("slow").payload(new byte[] {0, (byte) 0xff, 7})));
                    if (end.isComplete()) {
                        throw new Broken("the operation slow took a payload that is no JSON");
                    }
                    peer.isWhole();
                }));
    }
}
