package io.sommelier.mailbox.artemis;

import io.sommelier.api.Command;
import io.sommelier.api.Target;
import io.sommelier.api.admin.PartStatus;
import io.sommelier.runtime.artemis.CoreAccess;
import io.sommelier.spi.ControllerLink;
import io.sommelier.spi.LiveSettings;
import io.sommelier.spi.Mailbox;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;
import org.osgi.service.metatype.annotations.Designate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The {@link ArtemisMailbox} and the {@link ArtemisLink} as services, there also while no broker is: commands are refused then, and intakes wait. Thread-safe. */
@Component(
        service = {Mailbox.class, ControllerLink.class, MailboxComponent.class, PartStatus.class},
        immediate = true,
        configurationPid = MailboxSettings.PID)
@Designate(ocd = MailboxConfiguration.class)
public final class MailboxComponent implements Mailbox, ControllerLink, PartStatus {
    private static final Logger LOG = LoggerFactory.getLogger(MailboxComponent.class);
    private static final long STOP_SECONDS = 15;

    private final LiveSettings<MailboxSettings> settings;
    private final ArtemisMailbox mailbox;
    private final ArtemisLink link;
    private CoreAccess broker;

    /** Takes the settings, and starts without a broker. */
    @Activate
    public MailboxComponent(Map<String, Object> properties) {
        settings = new LiveSettings<>(MailboxSettings.PID, properties, MailboxSettings::read);
        mailbox = new ArtemisMailbox("artemis", settings.now());
        link = new ArtemisLink("artemis", settings.now());
        LOG.info(
                "waits for a broker, and for a controller that uses it; until then commands that should wait are refused");
    }

    /** Takes changed settings, all or none. */
    @Modified
    void modified(Map<String, Object> properties) {
        if (settings.change(properties)) {
            mailbox.settings(settings.now());
            link.settings(settings.now());
        }
    }

    /** A broker is there. */
    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    synchronized void bindBroker(CoreAccess present) {
        broker = present;
        mailbox.broker(Optional.of(present));
        link.broker(Optional.of(present));
    }

    /** That broker is gone; a better one may have been bound before. */
    synchronized void unbindBroker(CoreAccess gone) {
        if (broker == gone) {
            broker = null;
            mailbox.broker(Optional.empty());
            link.broker(Optional.empty());
        }
    }

    @Deactivate
    void deactivate() {
        try {
            link.stop()
                    .thenCombine(mailbox.stop(), (done, alsoDone) -> null)
                    .toCompletableFuture()
                    .get(STOP_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException e) {
            LOG.warn("the mailbox did not stop within {} s", STOP_SECONDS);
        }
    }

    @Override
    public CompletionStage<Void> put(Command command, Origin origin, long remainingNanos) {
        return mailbox.put(command, origin, remainingNanos);
    }

    @Override
    public Intake open(Target address, Mailbox.Listener listener) {
        return mailbox.open(address, listener);
    }

    @Override
    public Line open(String controllerId, ControllerLink.Listener listener) {
        return link.open(controllerId, listener);
    }

    /** See {@link ArtemisLink#counts}. */
    public LinkCounts linkCounts() {
        return link.counts();
    }

    /** See {@link ArtemisMailbox#counts}. */
    public MailboxCounts counts() {
        return mailbox.counts();
    }

    @Override
    public String part() {
        return "mailbox.artemis";
    }

    @Override
    public List<String> problems() {
        List<String> problems = new ArrayList<>();
        settings.problem().ifPresent(problems::add);
        if (!mailbox.isUp()) {
            problems.add(mailbox.state());
        } else {
            problems.addAll(link.problems()); // where there is no broker, there is no line either
        }
        return problems;
    }

    /** See {@link ArtemisMailbox#state}. */
    public String state() {
        return mailbox.state();
    }
}
