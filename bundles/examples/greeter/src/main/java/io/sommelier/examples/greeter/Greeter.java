package io.sommelier.examples.greeter;

import io.sommelier.api.CommandHandler;
import io.sommelier.api.Invocation;
import io.sommelier.api.Payload;
import io.sommelier.api.Responder;
import org.osgi.service.component.annotations.Component;

/** Greets whoever the payload names. Stateless. */
@Component(property = {"sommelier.target=greeter", "sommelier.operation=greet"})
public final class Greeter implements CommandHandler {
    @Override
    public void handle(Invocation invocation, Responder responder) {
        responder.complete(
                Payload.ofText("Hello, " + invocation.command().payload().asText() + "!"));
    }
}
