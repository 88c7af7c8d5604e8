package io.sommelier.gateway.http.internal.reply;

import io.sommelier.api.CommandId;
import io.sommelier.api.Headers;
import io.sommelier.api.Payload;
import io.sommelier.gateway.http.internal.HeaderNames;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Flow;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.support.DefaultMessage;

/** The answer to one request, in place of the message that the request was. Confined to the thread that has the exchange. */
public final class Answer {
    /** The header that names the command. */
    public static final String COMMAND_ID = "Sommelier-Command-Id";

    /** Names that belong to this gateway, whatever a worker says. */
    public static final Set<String> OWN =
            Set.of("content-type", "date", "preference-applied", "sommelier-command-id", "server", "alt-svc");

    private final Message message;

    private Answer(Exchange exchange, int status) {
        message = new DefaultMessage(exchange);
        message.setHeader(Exchange.HTTP_RESPONSE_CODE, status);
        exchange.setMessage(message);
    }

    /** A failure. */
    public static Answer problem(Exchange exchange, Problem problem, ReplyRules rules) {
        Answer answer = new Answer(exchange, problem.status()).body(Problem.TYPE, problem.toJson());
        problem.commandId().ifPresent(answer::command);
        if (problem.hasRetryAfter()) {
            answer.header("Retry-After", String.valueOf(rules.retryAfter().toSeconds()));
        }
        return answer;
    }

    /** JSON of this gateway's own. */
    public static Answer json(Exchange exchange, int status, String json) {
        return new Answer(exchange, status).body("application/json", json);
    }

    /** No body. */
    public static Answer empty(Exchange exchange) {
        return new Answer(exchange, 204);
    }

    /** A reply that came in one piece, or was gathered. */
    public static Answer whole(Exchange exchange, ReplyHead head, Payload payload, ReplyRules rules) {
        Answer answer = new Answer(exchange, head.status(payload.isEmpty())).headers(head, rules.returned());
        if (!payload.isEmpty()) {
            answer.type(head.type().isEmpty() ? "application/octet-stream" : head.type());
            answer.message.setBody(payload.toBytes());
        }
        return answer;
    }

    /** A reply in parts. */
    public static Answer parts(
            Exchange exchange, ReplyHead head, ReplyForm form, Flow.Publisher<ByteBuffer> body, ReplyRules rules) {
        Answer answer = new Answer(exchange, head.status(false)).headers(head, rules.returned());
        if (form != ReplyForm.RAW) {
            // The bytes are this gateway's, and no longer what the worker says of them.
            answer.message.removeHeader("Content-Encoding");
            answer.message.removeHeader("ETag");
            answer.type(form.type());
        } else {
            answer.type(head.type().isEmpty() ? "application/octet-stream" : head.type());
        }
        if (form == ReplyForm.EVENTS) {
            answer.header("Cache-Control", "no-store");
        }
        answer.message.setBody(body);
        return answer;
    }

    /** Names the command. */
    public Answer command(CommandId id) {
        return header(COMMAND_ID, id.toString());
    }

    /** Sets a header of this gateway's own. */
    public Answer header(String name, String value) {
        message.setHeader(name, value);
        return this;
    }

    private Answer type(String type) {
        return header(Exchange.CONTENT_TYPE, type);
    }

    private Answer body(String type, String text) {
        message.setBody(text.getBytes(StandardCharsets.UTF_8));
        return type(type);
    }

    /** What a worker says, where it is chosen and can be sent: a line break in a value would be the beginning of another header. */
    private Answer headers(ReplyHead head, HeaderNames returned) {
        if (head.whole().isEmpty() && head.first().isEmpty()) {
            return this;
        }
        var values = new TreeMap<String, List<String>>();
        collect(head.whole(), returned, values);
        var ofFirst = new TreeMap<String, List<String>>();
        collect(head.first(), returned, ofFirst);
        values.putAll(ofFirst);
        values.forEach((name, several) -> message.setHeader(name, several.size() == 1 ? several.get(0) : several));
        return this;
    }

    private static void collect(Headers from, HeaderNames returned, TreeMap<String, List<String>> values) {
        for (Headers.Header header : from) {
            if (returned.has(header.name()) && HeaderNames.isToken(header.name()) && isSendable(header.value())) {
                values.computeIfAbsent(header.name(), name -> new ArrayList<>(1))
                        .add(header.value());
            }
        }
    }

    private static boolean isSendable(String value) {
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c < ' ' && c != '\t' || c > '~') {
                return false;
            }
        }
        return true;
    }
}
