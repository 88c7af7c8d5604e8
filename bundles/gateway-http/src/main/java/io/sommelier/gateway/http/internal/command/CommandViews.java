package io.sommelier.gateway.http.internal.command;

import com.fasterxml.jackson.core.JsonGenerator;
import io.sommelier.api.admin.CommandView;
import java.io.IOException;

/** Writes what a controller knows of a command that has not ended. */
public final class CommandViews {
    private CommandViews() {}

    /** As a JSON object. */
    public static void write(JsonGenerator json, CommandView view) throws IOException {
        json.writeStartObject();
        json.writeStringField("id", view.id().toString());
        json.writeStringField("target", view.target().targetId());
        if (view.target().namesInstance()) {
            json.writeStringField("instance", view.target().instance());
        }
        json.writeStringField("operation", view.operation());
        json.writeStringField("state", view.state().name());
        json.writeBooleanField("durable", view.durable());
        json.writeBooleanField("idempotent", view.idempotent());
        json.writeStringField("principal", view.principal());
        json.writeStringField("source", view.source());
        json.writeNumberField("attempt", view.attempt());
        json.writeNumberField("ageMillis", view.age().toMillis());
        json.writeNumberField("remainingMillis", view.remaining().toMillis());
        if (!view.holder().isEmpty()) {
            json.writeStringField("holder", view.holder());
        }
        if (!view.holderChannelId().isEmpty()) {
            json.writeStringField("channel", view.holderChannelId());
        }
        json.writeNumberField("heldBytes", view.heldBytes());
        json.writeEndObject();
    }
}
