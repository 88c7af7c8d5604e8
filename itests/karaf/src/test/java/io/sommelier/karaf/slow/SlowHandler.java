package io.sommelier.karaf.slow;

import io.sommelier.api.CommandHandler;
import io.sommelier.api.Invocation;
import io.sommelier.api.Payload;
import io.sommelier.api.Responder;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Takes as many milliseconds as the payload says, and answers its version. Goes into a bundle of its own. */
public final class SlowHandler implements CommandHandler {
    private volatile String version = "";

    /** Called when the component is activated. */
    protected void activate(Map<String, Object> properties) {
        version = String.valueOf(properties.get("version"));
    }

    @Override
    public void handle(Invocation invocation, Responder responder) throws InterruptedException {
        TimeUnit.MILLISECONDS.sleep(
                Long.parseLong(invocation.command().payload().asText()));
        responder.complete(Payload.ofText(version));
    }
}
