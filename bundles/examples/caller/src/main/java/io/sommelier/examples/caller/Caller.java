package io.sommelier.examples.caller;

import io.sommelier.api.Command;
import io.sommelier.api.CommandSender;
import io.sommelier.api.Payload;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.slf4j.LoggerFactory;

/** Sends one command when it comes, and logs the answer. Stateless. */
@Component
public final class Caller {
    /** Sends it; the answer comes later, on another thread. */
    @Activate
    public Caller(@Reference CommandSender sender) {
        Command command =
                Command.to("greeter", "greet").payload(Payload.ofText("Caller")).build();
        sender.send(command)
                .result()
                .whenComplete((reply, failure) -> LoggerFactory.getLogger(Caller.class)
                        .info("{}", failure == null ? reply.payload().asText() : failure.getMessage()));
    }
}
