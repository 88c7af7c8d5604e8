package io.sommelier.conformance;

import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.ContinuationWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.UUID;

/** What is so where messages are JSON, and of the WebSocket under them. */
final class JsonRules {
    private static final long CREDIT = 1 << 20;
    private static final int NORMAL_CLOSURE = 1000;

    private JsonRules() {}

    static List<Rule> all() {
        List<Rule> rules = new ArrayList<>(List.of(
                new Rule("json-ping", 13, "A ping of the WebSocket is answered with what is in it", kit -> {
                    Peer peer = kit.active();
                    peer.sendWebSocket(new PingWebSocketFrame(Unpooled.copiedBuffer("ping", StandardCharsets.UTF_8)));
                    pongs(peer, "ping");
                    peer.isWhole();
                }),
                new Rule(
                        "json-fragments",
                        12,
                        "A message may come in fragments, cut within a character, and a ping between them",
                        kit -> {
                            Peer peer = kit.active();
                            peer.needs("pour");
                            int stream = peer.newStream();
                            Reply reply = peer.expect(stream, CREDIT);
                            byte[] text = command(peer, "pour", stream, "\"text\":\"gr\u00fcn\"")
                                    .getBytes(StandardCharsets.UTF_8);
                            int cut = new String(text, StandardCharsets.ISO_8859_1).indexOf('\u00c3') + 1;
                            peer.sendWebSocket(new TextWebSocketFrame(false, 0, Unpooled.copiedBuffer(text, 0, cut)));
                            peer.sendWebSocket(
                                    new PingWebSocketFrame(Unpooled.copiedBuffer("between", StandardCharsets.UTF_8)));
                            peer.sendWebSocket(new ContinuationWebSocketFrame(false, 0, Unpooled.EMPTY_BUFFER));
                            peer.sendWebSocket(new ContinuationWebSocketFrame(
                                    true, 0, Unpooled.copiedBuffer(text, cut, text.length - cut)));
                            peer.endsWith(reply, "gr\u00fcn");
                            pongs(peer, "between");
                            peer.isWhole();
                        }),
                new Rule(
                        "json-blanks",
                        13,
                        "Order of members, blanks and escapes mean nothing, and the time to live has decimals",
                        kit -> {
                            Peer peer = kit.active();
                            peer.needs("pour");
                            int stream = peer.newStream();
                            Reply reply = peer.expect(stream, CREDIT);
                            peer.sendText(" {\n\t\"text\" : \"cl\\u0061ret\" ,\r\n\"attempt\":1, \"target\":\""
                                    + peer.target()
                                    + "\",\"op\\u0065ration\":\"po\\u0075r\",\"credit\":" + CREDIT
                                    + ",\"ttlMillis\":59998.765,\"id\":\"" + UUID.randomUUID() + "\",\"stream\":"
                                    + stream
                                    + ",\"type\":\"c\\u006fmmand\"}\n ");
                            peer.endsWith(reply, "claret");
                            peer.isWhole();
                        }),
                new Rule(
                        "json-characters",
                        13,
                        "Characters beyond the first 65 536 are whole, as they are and as two escapes",
                        kit -> {
                            Peer peer = kit.active();
                            answers(peer, "\"text\":\"a \ud83c\udf77 b\"", "\ud83c\udf77");
                            answers(peer, "\"text\":\"a \\ud83c\\udf77 b\"", "\ud83c\udf77");
                            answers(peer, "\"text\":\"\\u00e4 \\\" \\\\ \\/ \u20ac\"", "\u00e4", "\u20ac");
                        }),
                new Rule("json-base64", 13, "A payload may come in base64", kit -> {
                    Peer peer = kit.active();
                    peer.needs("slow");
                    String json =
                            Base64.getEncoder().encodeToString("{\"millis\":1 }".getBytes(StandardCharsets.UTF_8));
                    Reply reply = peer.expect(peer.newStream(), CREDIT);
                    peer.sendText(command(peer, "slow", reply.stream(), "\"base64\":\"" + json + "\""));
                    peer.end(reply).mustBeComplete();
                    peer.isWhole();
                }),
                new Rule("json-json", 13, "A payload may come as a JSON value", kit -> {
                    Peer peer = kit.active();
                    peer.needs("slow");
                    Reply reply = peer.expect(peer.newStream(), CREDIT);
                    peer.sendText(command(
                            peer,
                            "slow",
                            reply.stream(),
                            "\"contentType\":\"application/json\",\"json\":{ \"millis\" : 1 }"));
                    peer.end(reply).mustBeComplete();
                    peer.isWhole();
                }),
                new Rule("json-closed", 12, "A close frame without GOODBYE is answered, and it connects again", kit -> {
                    Peer peer = kit.spent();
                    peer.sendWebSocket(new CloseWebSocketFrame(1001, "for a while"));
                    if (peer.untilEnd().isPresent()) {
                        throw new Broken("it said GOODBYE to a WebSocket that was closed");
                    }
                    if (peer.closeCode() == 0) {
                        throw new Broken("it answered no close frame");
                    }
                    kit.dialledAgain("after its WebSocket was closed").hello();
                }),
                new Rule(
                        "json-close-code",
                        12,
                        "When it is asked to end (SIGTERM) the close frame behind its GOODBYE has the code 1000",
                        kit -> {
                            Peer peer = kit.spent();
                            peer.ping();
                            kit.askToEnd();
                            if (peer.untilEnd().isEmpty()) {
                                throw new Broken("it closed without GOODBYE");
                            }
                            if (peer.closeCode() != NORMAL_CLOSURE) {
                                throw new Broken("its close frame has the code %d, expected is 1000"
                                        .formatted(peer.closeCode()));
                            }
                        })));
        sin(rules, "none", "a text that is no JSON", peer -> peer.sendText("{\"type\":\"ping\""));
        sin(rules, "object", "JSON that is no object", peer -> peer.sendText("[\"drain\"]"));
        sin(rules, "type", "a type that is unknown", peer -> peer.sendText("{\"type\":\"pour\"}"));
        sin(
                rules,
                "member",
                "a command without a stream",
                peer -> peer.sendText(command(peer, "pour", 0, "\"text\":\"a\"").replace("\"stream\":0,", "")));
        sin(
                rules,
                "kind",
                "a stream that is no number",
                peer -> peer.sendText(
                        command(peer, "pour", 0, "\"text\":\"a\"").replace("\"stream\":0,", "\"stream\":\"two\",")));
        sin(
                rules,
                "binary",
                "a binary message",
                peer -> peer.sendWebSocket(new BinaryWebSocketFrame(
                        Unpooled.copiedBuffer("{\"type\":\"drain\"}", StandardCharsets.UTF_8))));
        return rules;
    }

    /** The messages of the controller that come behind a pong are looked at with it: pings of the link stand behind that of the WebSocket. */
    private static void pongs(Peer peer, String text) {
        peer.ping();
        peer.pong(text);
    }

    private static String command(Peer peer, String operation, int stream, String payload) {
        return "{\"type\":\"command\",\"stream\":" + stream + ",\"id\":\"" + UUID.randomUUID()
                + "\",\"ttlMillis\":60000,\"credit\":" + CREDIT + ",\"operation\":\"" + operation + "\",\"target\":\""
                + peer.target() + "\",\"attempt\":1," + payload + "}";
    }

    private static void answers(Peer peer, String payload, String... texts) {
        peer.needs("pour");
        Reply reply = peer.expect(peer.newStream(), CREDIT);
        peer.sendText(command(peer, "pour", reply.stream(), payload));
        for (String text : texts) {
            peer.endsWith(reply, text);
        }
        peer.isWhole();
    }

    private static void sin(List<Rule> rules, String id, String what, java.util.function.Consumer<Peer> sin) {
        rules.add(ViolationRules.rule("json-" + id, 13, what, sin));
    }
}
