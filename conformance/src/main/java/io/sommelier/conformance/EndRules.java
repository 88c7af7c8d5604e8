package io.sommelier.conformance;

import java.time.Duration;
import java.util.List;

/** What is so when a link ends. */
final class EndRules {
    private EndRules() {}

    static List<Rule> all() {
        return List.of(
                new Rule(
                        "drain",
                        8,
                        "Behind a DRAIN of the controller what is under way is answered, and the link stays",
                        kit -> {
                            Peer peer = kit.spent();
                            peer.needs("slow");
                            Reply reply = peer.send(new Draft("slow").payload("{\"millis\":300}"));
                            peer.send(Frame.of(Frame.DRAIN, new Bytes()));
                            peer.end(reply).mustBeComplete();
                            peer.ping();
                            peer.drop();
                        }),
                new Rule(
                        "goodbye-come-back",
                        8,
                        "GOODBYE with come back: it closes, answers nothing, and connects again",
                        kit -> {
                            Peer peer = kit.spent();
                            peer.send(new Goodbye(Goodbye.SHUTDOWN, true, "a test").frame(Frame.GOODBYE));
                            closesInSilence(peer);
                            kit.dialledAgain("after a GOODBYE that asked it to").hello();
                        }),
                new Rule(
                        "resume",
                        2,
                        "When it comes back it is the same instance, with the token of the last WELCOME",
                        kit -> {
                            Peer peer = kit.spent();
                            Hello before = peer.hello();
                            peer.drop();
                            Hello after = kit.dialledAgain("after its connection was lost")
                                    .hello();
                            if (!after.instance().equals(before.instance())) {
                                throw new Broken(
                                        "it was %s and came back as %s".formatted(before.instance(), after.instance()));
                            }
                            if (!after.resumeToken().equals(Kit.TOKEN)) {
                                throw new Broken("it came back with the resume token '%s', given was '%s'"
                                        .formatted(after.resumeToken(), Kit.TOKEN));
                            }
                        }),
                new Rule(
                        "lost",
                        8,
                        "A connection that is lost while a command is under way: it connects again, and serves",
                        kit -> {
                            Peer peer = kit.spent();
                            peer.needs("slow");
                            peer.send(new Draft("slow").payload("{\"millis\":60000}"));
                            peer.ping();
                            peer.drop();
                            kit.dialledAgain("after its connection was lost")
                                    .welcome(Kit.LIMITS, Kit.TOKEN, new byte[0])
                                    .isWhole();
                        }),
                new Rule("goodbye-stay-away", 8, "GOODBYE without come back: it closes, and stays away", kit -> {
                    Peer peer = kit.spent();
                    peer.send(new Goodbye(Goodbye.NORMAL, false, "a test").frame(Frame.GOODBYE));
                    closesInSilence(peer);
                    kit.staysAway(Duration.ofSeconds(3));
                }),
                new Rule(
                        "asked-to-end",
                        8,
                        "When it is asked to end (SIGTERM) what is under way is answered, then it says GOODBYE",
                        kit -> {
                            Peer peer = kit.spent();
                            peer.needs("slow");
                            Reply reply = peer.send(new Draft("slow").payload("{\"millis\":500}"));
                            peer.ping();
                            kit.askToEnd();
                            peer.end(reply).mustBeComplete();
                            if (peer.untilEnd().isEmpty()) {
                                throw new Broken("it closed without GOODBYE");
                            }
                        }));
    }

    /** It reads a GOODBYE, and answers nothing but what crossed it. */
    private static void closesInSilence(Peer peer) {
        if (peer.untilEnd().isPresent()) {
            throw new Broken("it answered the GOODBYE");
        }
    }
}
