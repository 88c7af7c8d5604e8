package io.sommelier.gateway.http.internal.operator;

import com.fasterxml.jackson.core.JsonGenerator;
import io.sommelier.api.CommandError;
import io.sommelier.api.CommandId;
import io.sommelier.api.ErrorCode;
import io.sommelier.api.Outcome;
import io.sommelier.api.Stage;
import io.sommelier.api.admin.ChannelView;
import io.sommelier.api.admin.CommandView;
import io.sommelier.api.admin.ControllerAdmin;
import io.sommelier.api.admin.EventCount;
import io.sommelier.api.admin.HealthView;
import io.sommelier.api.admin.LatencyView;
import io.sommelier.api.admin.OutcomeCount;
import io.sommelier.api.admin.TargetView;
import io.sommelier.gateway.http.internal.command.CommandViews;
import io.sommelier.gateway.http.internal.reply.Answer;
import io.sommelier.gateway.http.internal.reply.Json;
import io.sommelier.gateway.http.internal.reply.Problem;
import io.sommelier.gateway.http.internal.reply.ReplyRules;
import io.sommelier.gateway.http.internal.request.Caller;
import io.sommelier.gateway.http.internal.request.IncomingRequest;
import io.sommelier.gateway.http.internal.request.RequestRefusedException;
import java.io.IOException;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.apache.camel.AsyncCallback;
import org.apache.camel.Exchange;

/**
 * What an operator reads about the controller, and does to its commands. Views may be large and take time to make, so they are made on a thread of their own; a few requests wait for it, more are answered 503.
 * Thread-safe.
 */
public final class OperatorGate {
    private static final int MOST_WAITING = 32;
    private static final int DEFAULT_LIMIT = 100;
    private static final int MOST_LIMIT = 10_000;

    private final BooleanSupplier isOpen;
    private final Supplier<ReplyRules> rules;
    private final Executor thread;
    private final Semaphore room = new Semaphore(MOST_WAITING);
    private volatile ControllerAdmin admin;

    /**
     * Closed while there is no controller.
     *
     * @param isOpen whether anything is shown at all
     * @param thread where views are made
     */
    public OperatorGate(BooleanSupplier isOpen, Supplier<ReplyRules> rules, Executor thread) {
        this.isOpen = isOpen;
        this.rules = rules;
        this.thread = thread;
    }

    /** Shows that controller from now on; null for none. */
    public void admin(ControllerAdmin present) {
        admin = present;
    }

    /** {@code GET /targets}. */
    public void targets(IncomingRequest request, Caller caller, Exchange exchange, AsyncCallback callback) {
        view(caller, exchange, callback, present -> json -> {
            json.writeStartObject();
            json.writeStringField("controller", present.controllerId());
            json.writeFieldName("targets");
            json.writeStartArray();
            for (TargetView target : present.targets()) {
                json.writeStartObject();
                writeTarget(json, target);
                json.writeEndObject();
            }
            json.writeEndArray();
            json.writeEndObject();
        });
    }

    /** {@code GET /targets/{id}}. */
    public void target(IncomingRequest request, Caller caller, Exchange exchange, AsyncCallback callback) {
        String targetId = request.variable("id");
        view(caller, exchange, callback, present -> {
            TargetView target = present.targets().stream()
                    .filter(known -> known.targetId().equals(targetId))
                    .findFirst()
                    .orElseThrow(() -> new RequestRefusedException(
                            Problem.notFound("no target of that name is known; GET /targets has those that are")));
            return json -> {
                json.writeStartObject();
                writeTarget(json, target);
                json.writeFieldName("ended");
                writeEnds(json, ends(present.outcomes()).getOrDefault(targetId, Map.of()));
                writeLatencies(json, present.latencies(targetId));
                json.writeEndObject();
            };
        });
    }

    /** {@code GET /latencies}. */
    public void latencies(IncomingRequest request, Caller caller, Exchange exchange, AsyncCallback callback) {
        view(caller, exchange, callback, present -> json -> {
            json.writeStartObject();
            json.writeStringField("controller", present.controllerId());
            writeLatencies(json, present.latencies());
            json.writeEndObject();
        });
    }

    /** {@code GET /counters}. */
    public void counters(IncomingRequest request, Caller caller, Exchange exchange, AsyncCallback callback) {
        view(caller, exchange, callback, present -> json -> {
            json.writeStartObject();
            json.writeStringField("controller", present.controllerId());
            json.writeFieldName("ended");
            json.writeStartObject();
            for (Map.Entry<String, Map<String, Map<String, Long>>> target :
                    ends(present.outcomes()).entrySet()) {
                json.writeFieldName(target.getKey());
                writeEnds(json, target.getValue());
            }
            json.writeEndObject();
            json.writeFieldName("events");
            json.writeStartArray();
            for (EventCount event : present.events()) {
                json.writeStartObject();
                json.writeStringField("event", event.event());
                json.writeNumberField("count", event.count());
                json.writeEndObject();
            }
            json.writeEndArray();
            json.writeEndObject();
        });
    }

    /** {@code GET /channels}. */
    public void channels(IncomingRequest request, Caller caller, Exchange exchange, AsyncCallback callback) {
        view(caller, exchange, callback, present -> json -> {
            json.writeStartObject();
            json.writeStringField("controller", present.controllerId());
            json.writeFieldName("channels");
            json.writeStartArray();
            for (ChannelView channel : present.channels()) {
                writeChannel(json, channel);
            }
            json.writeEndArray();
            json.writeEndObject();
        });
    }

    /** {@code GET /inflight}. */
    public void inFlight(IncomingRequest request, Caller caller, Exchange exchange, AsyncCallback callback) {
        int limit = request.number("limit", DEFAULT_LIMIT, 1, MOST_LIMIT);
        view(caller, exchange, callback, present -> json -> {
            json.writeStartObject();
            json.writeStringField("controller", present.controllerId());
            json.writeNumberField("inFlight", present.inFlight());
            json.writeNumberField("heldBytes", present.bytesHeld());
            json.writeFieldName("commands");
            json.writeStartArray();
            for (CommandView command : present.inFlight(limit)) {
                CommandViews.write(json, command);
            }
            json.writeEndArray();
            json.writeEndObject();
        });
    }

    /** {@code DELETE /inflight/{id}}. */
    public void cancel(IncomingRequest request, Caller caller, Exchange exchange, AsyncCallback callback) {
        CommandId id = request.id("id");
        ControllerAdmin present = present(caller);
        boolean hasEnded = false;
        for (CommandView command : present.commands(id)) {
            hasEnded |= present.cancel(command.principal(), id, "over HTTP");
        }
        if (!hasEnded) {
            throw new RequestRefusedException(
                    Problem.notFound("no command of that id is in flight; GET /inflight has those that are"));
        }
        Answer.empty(exchange).command(id);
        callback.done(false);
    }

    /** The controller, for operators alone. */
    ControllerAdmin present(Caller caller) {
        if (!isOpen.getAsBoolean() || !caller.isOperator()) {
            throw new RequestRefusedException(Problem.of(
                    CommandError.of(ErrorCode.FORBIDDEN, Outcome.REFUSED, Stage.INGRESS, "this is for operators alone"),
                    Optional.empty()));
        }
        ControllerAdmin present = admin;
        if (present == null) {
            throw new RequestRefusedException(Problem.notNow("there is no controller now"));
        }
        return present;
    }

    private void view(Caller caller, Exchange exchange, AsyncCallback callback, View view) {
        ControllerAdmin present = present(caller);
        if (!room.tryAcquire()) {
            throw new RequestRefusedException(Problem.notNow("as many views are asked for as may be"));
        }
        try {
            thread.execute(() -> answer(exchange, callback, present, view));
        } catch (RejectedExecutionException stopped) {
            room.release();
            throw new RequestRefusedException(Problem.notNow("this gateway stops"));
        }
    }

    private void answer(Exchange exchange, AsyncCallback callback, ControllerAdmin present, View view) {
        try {
            Answer.json(exchange, 200, Json.text(view.of(present)));
        } catch (RequestRefusedException e) {
            Answer.problem(exchange, e.problem(), rules.get());
        } catch (RuntimeException e) {
            exchange.setException(e);
        } finally {
            room.release();
            callback.done(false);
        }
    }

    /** What is shown of a controller. */
    private interface View {
        Json.Writer of(ControllerAdmin admin);
    }

    private static void writeTarget(JsonGenerator json, TargetView target) throws IOException {
        json.writeStringField("target", target.targetId());
        json.writeFieldName("members");
        json.writeStartArray();
        for (TargetView.MemberView member : target.members()) {
            json.writeStartObject();
            json.writeStringField("instance", member.instance());
            json.writeStringField("transport", member.transport());
            json.writeStringField("remoteAddress", member.remoteAddress());
            writeTexts(json, "operations", member.operations());
            json.writeNumberField("inFlight", member.inFlight());
            json.writeNumberField("capacity", member.capacity());
            json.writeBooleanField("available", member.available());
            writeHealth(json, member.health());
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    private static void writeEnds(JsonGenerator json, Map<String, Map<String, Long>> ends) throws IOException {
        json.writeStartObject();
        for (Map.Entry<String, Map<String, Long>> operation : ends.entrySet()) {
            json.writeFieldName(operation.getKey());
            json.writeStartObject();
            for (Map.Entry<String, Long> end : operation.getValue().entrySet()) {
                json.writeNumberField(end.getKey(), end.getValue());
            }
            json.writeEndObject();
        }
        json.writeEndObject();
    }

    /** How commands ended, by target, operation and end. */
    private static Map<String, Map<String, Map<String, Long>>> ends(List<OutcomeCount> outcomes) {
        var ends = new TreeMap<String, Map<String, Map<String, Long>>>();
        for (OutcomeCount outcome : outcomes) {
            ends.computeIfAbsent(outcome.targetId(), targetId -> new TreeMap<>())
                    .computeIfAbsent(outcome.operation(), operation -> new TreeMap<>())
                    .put(outcome.end(), outcome.count());
        }
        return ends;
    }

    private static void writeLatencies(JsonGenerator json, List<LatencyView> latencies) throws IOException {
        json.writeFieldName("latencies");
        json.writeStartArray();
        for (LatencyView latency : latencies) {
            json.writeStartObject();
            json.writeStringField("target", latency.targetId());
            if (!latency.operation().isEmpty()) {
                json.writeStringField("operation", latency.operation());
            }
            json.writeBooleanField("kept", latency.isKept());
            writeTimes(json, "recent", latency.recent());
            writeTimes(json, "sinceStart", latency.sinceStart());
            if (latency.firstPartSinceStart().count() > 0) {
                writeTimes(json, "recentFirstPart", latency.recentFirstPart());
                writeTimes(json, "firstPartSinceStart", latency.firstPartSinceStart());
            }
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    private static void writeTimes(JsonGenerator json, String name, LatencyView.Times times) throws IOException {
        json.writeFieldName(name);
        json.writeStartObject();
        json.writeNumberField("count", times.count());
        json.writeNumberField("measured", times.measured());
        writeMicros(json, "p50Micros", times.p50());
        writeMicros(json, "p90Micros", times.p90());
        writeMicros(json, "p99Micros", times.p99());
        writeMicros(json, "p999Micros", times.p999());
        writeMicros(json, "maxMicros", times.max());
        json.writeEndObject();
    }

    private static void writeMicros(JsonGenerator json, String name, Duration time) throws IOException {
        json.writeNumberField(name, BigDecimal.valueOf(time.toNanos(), 3));
    }

    private static void writeChannel(JsonGenerator json, ChannelView channel) throws IOException {
        json.writeStartObject();
        json.writeStringField("channel", channel.channelId());
        json.writeStringField("instance", channel.instance());
        if (!channel.targetId().isEmpty()) {
            json.writeStringField("target", channel.targetId());
        }
        writeTexts(json, "operations", channel.operations());
        json.writeStringField("transport", channel.transport());
        json.writeStringField("remoteAddress", channel.remoteAddress());
        json.writeStringField("principal", channel.principal());
        json.writeStringField("state", channel.state().name());
        json.writeNumberField("ageMillis", channel.age().toMillis());
        json.writeNumberField("toConnector", channel.toConnector());
        json.writeNumberField("fromConnector", channel.fromConnector());
        json.writeNumberField("capacity", channel.capacity());
        writeHealth(json, channel.health());
        json.writeFieldName("attributes");
        json.writeStartObject();
        for (Map.Entry<String, String> attribute : new TreeMap<>(channel.attributes()).entrySet()) {
            json.writeStringField(attribute.getKey(), attribute.getValue());
        }
        json.writeEndObject();
        json.writeEndObject();
    }

    private static void writeHealth(JsonGenerator json, HealthView health) throws IOException {
        json.writeFieldName("health");
        json.writeStartObject();
        json.writeStringField("state", health.state().name());
        json.writeNumberField("ageMillis", health.age().toMillis());
        json.writeNumberField("failures", health.failures());
        json.writeStringField("detail", health.detail());
        json.writeEndObject();
    }

    private static void writeTexts(JsonGenerator json, String name, List<String> texts) throws IOException {
        json.writeFieldName(name);
        json.writeStartArray();
        for (String text : texts) {
            json.writeString(text);
        }
        json.writeEndArray();
    }
}
