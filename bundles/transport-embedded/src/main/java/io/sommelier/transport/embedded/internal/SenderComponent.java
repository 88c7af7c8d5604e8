package io.sommelier.transport.embedded.internal;

import io.sommelier.api.Call;
import io.sommelier.api.Command;
import io.sommelier.api.CommandSender;
import io.sommelier.api.ReplyListener;
import io.sommelier.transport.embedded.EmbeddedSender;
import org.osgi.service.component.ComponentContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ServiceScope;

/** The {@link CommandSender} service: each bundle that uses it is a connector of its own, which goes with the bundle. Thread-safe. */
@Component(service = CommandSender.class, scope = ServiceScope.BUNDLE)
public final class SenderComponent implements CommandSender {
    private final EmbeddedSender sender;

    /** For one using bundle. */
    @Activate
    public SenderComponent(ComponentContext component, @Reference EmbeddedTransportComponent transport) {
        sender = transport.senderFor(component.getUsingBundle().getSymbolicName());
    }

    /** The using bundle let go of the service. */
    @Deactivate
    void deactivate() {
        sender.close();
    }

    @Override
    public Call send(Command command) {
        return sender.send(command);
    }

    @Override
    public Call send(Command command, ReplyListener listener) {
        return sender.send(command, listener);
    }
}
