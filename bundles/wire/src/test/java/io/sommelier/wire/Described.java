package io.sommelier.wire;

import io.sommelier.api.Command;
import io.sommelier.api.Goodbye;
import io.sommelier.api.Headers;
import io.sommelier.api.Hello;
import io.sommelier.api.Part;
import io.sommelier.api.PartStatus;
import io.sommelier.api.Payload;
import io.sommelier.api.Welcome;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** Writes down all that a link tells, a line for each field that says something, as the vectors do. */
final class Described extends RecordingHandler {
    final List<String> lines = new ArrayList<>();

    void line(String text) {
        lines.add(text);
    }

    private void field(String name, String value) {
        if (!value.isEmpty()) {
            lines.add(name + " " + value);
        }
    }

    @Override
    public void hello(Hello value) {
        super.hello(value);
        line("hello");
        field("instance", value.instance());
        field("target", value.targetId());
        field("capacity", Integer.toString(value.capacity()));
        field("resume token", value.resumeToken());
        if (!value.credential().scheme().isEmpty()) {
            field(
                    "credential",
                    value.credential().scheme() + " "
                            + value.credential().secret().asText());
        }
        new TreeMap<>(value.attributes()).forEach((name, text) -> field("attribute", name + " " + text));
        new TreeSet<>(value.operations()).forEach(name -> field("operation", name));
    }

    @Override
    public void welcomed(Welcome value) {
        super.welcomed(value);
        line("welcome");
        field("controller", value.controllerId());
        field("target", value.targetId());
        field("resume token", value.resumeToken());
    }

    @Override
    public void command(
            InStream stream, Command command, long initialCredit, String source, String principal, int attempt) {
        super.command(stream, command, initialCredit, source, principal, attempt);
        line("command");
        field("stream", Integer.toString(stream.number));
        field("id", command.id().toString());
        field("remaining", command.ttlNanos() / 1000 + " µs");
        field("credit", Long.toString(initialCredit));
        field("hops", command.hops() == 0 ? "" : Integer.toString(command.hops()));
        field("operation", command.operation());
        field("target", command.target().targetId());
        field("instance", command.target().instance());
        field("content type", command.contentType());
        if (command.durable()) {
            line("durable");
        }
        if (command.idempotent()) {
            line("idempotent");
        }
        field("key", command.idempotencyKey());
        field("trace", command.traceparent());
        command.replayOf().ifPresent(id -> field("replay of", id.toString()));
        field("source", source);
        field("principal", principal);
        field("attempt", Integer.toString(attempt));
        headers(command.headers());
        payload(command.payload());
    }

    @Override
    public void part(OutStream stream, Part part) {
        super.part(stream, part);
        line(part.status().toString());
        if (part.status() == PartStatus.DATA) {
            field("sequence", Long.toString(part.sequence()));
        }
        if (part.status().isTerminal()) {
            field("count", Long.toString(part.finalCount()));
        }
        part.error()
                .ifPresent(error -> field(
                        "error",
                        error.code() + " " + error.outcome() + " " + error.stage()
                                + (error.retryable() ? " retryable " : " ") + error.message()));
        field("content type", part.contentType());
        if (part.suggestedStatus() != 0) {
            field("status", Integer.toString(part.suggestedStatus()));
        }
        headers(part.headers());
        payload(part.payload());
    }

    private void headers(Headers headers) {
        headers.forEach(header -> lines.add(("header " + header.name() + " " + header.value()).strip()));
    }

    private void payload(Payload payload) {
        field("payload", payload.asText().replace("\n", "\\n"));
    }

    @Override
    public void credit(InStream stream, long bytes) {
        super.credit(stream, bytes);
        line("credit " + bytes);
    }

    @Override
    public void cancelled(InStream stream, String reason) {
        super.cancelled(stream, reason);
        line("cancelled " + reason);
    }

    @Override
    public void admitted(OutStream stream) {
        super.admitted(stream);
        line("admitted");
    }

    @Override
    public void operations(Set<String> value) {
        super.operations(value);
        line("operations");
        new TreeSet<>(value).forEach(name -> field("operation", name));
    }

    @Override
    public void draining() {
        super.draining();
        line("draining");
    }

    @Override
    public void closed(Goodbye value) {
        super.closed(value);
        line("closed " + value.reason());
        line("come back " + value.comeBack());
        field("message", value.message());
    }
}
