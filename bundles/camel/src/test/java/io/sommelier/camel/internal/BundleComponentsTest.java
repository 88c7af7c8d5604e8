package io.sommelier.camel.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sommelier.api.Call;
import io.sommelier.api.Command;
import io.sommelier.api.CommandException;
import io.sommelier.api.CommandHandler;
import io.sommelier.api.CommandSender;
import io.sommelier.api.ErrorCode;
import io.sommelier.api.Outcome;
import io.sommelier.api.Part;
import io.sommelier.api.ReplyListener;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Dictionary;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.camel.Exchange;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.ServiceRegistration;

/** Components in the name of a using bundle. */
@SuppressWarnings({"unchecked", "rawtypes"})
class BundleComponentsTest {
    private final Map<ServiceReference<?>, CommandSender> services = new HashMap<>();
    private final List<ServiceReference<?>> got = new ArrayList<>();
    private final List<Dictionary<String, ?>> registered = new ArrayList<>();
    private final BundleContext user = proxy(BundleContext.class, (name, arguments) -> switch (name) {
        case "getService" -> {
            got.add((ServiceReference<?>) arguments[0]);
            yield services.get(arguments[0]);
        }
        case "ungetService" -> got.remove(arguments[0]);
        case "registerService" -> {
            assertThat(arguments[0]).isEqualTo(CommandHandler.class);
            Dictionary<String, ?> properties = (Dictionary<String, ?>) arguments[2];
            registered.add(properties);
            yield proxy(ServiceRegistration.class, (called, none) -> {
                registered.remove(properties);
                return null;
            });
        }
        default -> throw new UnsupportedOperationException(name);
    });
    private final BundleComponents components = new BundleComponents(user);
    private final DefaultCamelContext context = new DefaultCamelContext();

    BundleComponentsTest() {
        context.addComponent("sommelier", components.create());
        context.start();
    }

    @AfterEach
    void stop() {
        context.stop();
    }

    private interface Answer {
        Object to(String method, Object[] arguments);
    }

    private static <T> T proxy(Class<?> type, Answer answer) {
        return (T) Proxy.newProxyInstance(
                type.getClassLoader(), new Class<?>[] {type}, (self, method, arguments) -> switch (method.getName()) {
                    case "equals" -> self == arguments[0];
                    case "hashCode" -> System.identityHashCode(self);
                    case "toString" -> type.getSimpleName();
                    default -> answer.to(method.getName(), arguments);
                });
    }

    private ServiceReference<CommandSender> sender(String says) {
        ServiceReference<CommandSender> reference = proxy(ServiceReference.class, (name, arguments) -> {
            throw new UnsupportedOperationException(name);
        });
        services.put(reference, new CommandSender() {
            @Override
            public Call send(Command command) {
                throw new IllegalStateException(says);
            }

            @Override
            public Call send(Command command, ReplyListener listener) {
                throw new IllegalStateException(says);
            }
        });
        return reference;
    }

    private Throwable failure() {
        Exchange exchange = context.createProducerTemplate()
                .request(
                        "sommelier:cellar?operation=pour",
                        sent -> sent.getMessage().setBody("x"));
        return exchange.getException();
    }

    @Test
    void withoutASenderCommandsFailAtOnceAndAreNotSent() {
        assertThat(failure()).isInstanceOfSatisfying(CommandException.class, failed -> {
            assertThat(failed.error().code()).isEqualTo(ErrorCode.CONTROLLER_GONE);
            assertThat(failed.error().outcome()).isEqualTo(Outcome.NOT_SENT);
            assertThat(failed.error().retryable()).isTrue();
        });
    }

    @Test
    void withoutASenderAListenerAndTheStagesAreTold() {
        List<Part> parts = new ArrayList<>();
        BundleSender sender = new BundleSender();

        Call call = sender.send(Command.to("cellar", "pour").build(), (bringing, part) -> parts.add(part));
        call.cancel("no matter");
        call.request(1);

        assertThat(parts)
                .singleElement()
                .satisfies(part -> assertThat(part.error().orElseThrow().code()).isEqualTo(ErrorCode.CONTROLLER_GONE));
        for (var stage : List.of(call.admitted(), call.result())) {
            assertThatThrownBy(() -> stage.toCompletableFuture().get())
                    .isInstanceOf(ExecutionException.class)
                    .hasCauseInstanceOf(CommandException.class);
        }
    }

    @Test
    void theSenderIsGotByTheUsingBundleAndLetGo() {
        ServiceReference<CommandSender> one = sender("one");
        components.bindSender(one);
        assertThat(failure()).hasMessage("one");

        ServiceReference<CommandSender> better = sender("better");
        components.bindSender(better);
        components.unbindSender(one);
        assertThat(failure()).hasMessage("better");
        assertThat(got).containsExactly(better);

        components.unbindSender(better);
        assertThat(failure()).isInstanceOf(CommandException.class);
        assertThat(got).isEmpty();
    }

    @Test
    void theSenderIsLetGoWithTheService() {
        components.bindSender(sender("one"));

        components.deactivate();

        assertThat(got).isEmpty();
    }

    @Test
    void aRouteThatServesIsAServiceOfTheUsingBundleWhileItIsStarted() throws Exception {
        context.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                from("sommelier:cellar?operation=pour&direct=true")
                        .routeId("served")
                        .to("log:x");
            }
        });

        assertThat(registered).singleElement().satisfies(properties -> {
            assertThat(properties.get("sommelier.target")).isEqualTo("cellar");
            assertThat((String[]) properties.get("sommelier.operation")).containsExactly("pour");
            assertThat(properties.get("sommelier.execution")).isEqualTo("direct");
        });
        context.getRouteController().stopRoute("served");
        assertThat(registered).isEmpty();
    }
}
