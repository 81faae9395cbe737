//! Channels on SQLite in memory.

use super::inbox::Received;
use super::threads::current;
use super::{
    Connect, Deliveries, Disconnect, Hook, List, Reach, Reaching, Receive, Told, read_inbox,
};
use crate::bind;
use crate::ledger::customers;
use crate::ledger::events;
use crate::ledger::op::Read;
use crate::ledger::tests::{Ledger, closing};
use askwell::Code;
use askwell::access::Principal;
use askwell::api::{
    Channel, ChannelDelivery, ChannelDeliveryQuery, ChannelDeliveryState, ChannelState, Connection,
    NewChannel, PageQuery,
};
use askwell::channel::{Inbound, Reason, Thread};
use askwell::conversation::Platform;
use askwell::id::{ChannelId, ConversationId, CustomerId, VisitorId};
use askwell::time::UnixMillis;

fn by() -> Principal {
    Principal::system("shop".parse().unwrap())
}

fn line(n: u8) -> Connect {
    let connection = Connection::Line {
        channel_secret: format!("secret-{n}"),
        access_token: format!("token-{n}"),
    };
    connect(n, "Our LINE", connection)
}

fn mail(n: u8, address: &str) -> Connect {
    let connection = Connection::Email {
        address: address.to_owned(),
        send_url: "https://mail.example/emails".to_owned(),
        send_key: "key".to_owned(),
    };
    connect(n, "Our mail", connection)
}

fn connect(n: u8, name: &str, connection: Connection) -> Connect {
    let channel = NewChannel { name: name.to_owned(), connection };
    Connect { channel_id: ChannelId::derive(&[&[n]]), again: false, channel, by: by() }
}

fn message(id: &str, at: UnixMillis) -> Inbound {
    Inbound {
        user: "U1".to_owned(),
        message_id: id.to_owned(),
        text: "hello".to_owned(),
        at,
        name: None,
        thread: None,
    }
}

fn receive(ledger: &Ledger, channel: &Channel, messages: Vec<Inbound>) -> Received {
    ledger.write(Receive { channel_id: channel.channel_id.clone(), messages }).unwrap()
}

fn names(ledger: &Ledger) -> Vec<String> {
    let page = PageQuery { limit: Some(500), ..PageQuery::default() };
    ledger.read(events::List { page }).items.into_iter().map(|event| event.name).collect()
}

#[test]
fn a_channel_is_connected_disconnected_and_connected_again() {
    let ledger = Ledger::new();
    let made = ledger.write(line(1)).unwrap();
    assert_eq!((made.platform, made.state), (Platform::Line, ChannelState::Connected));
    assert_eq!(made.webhook, Some(format!("/hooks/shop/{}/line", made.channel_id)));
    let hook = || ledger.read(Hook { channel: made.channel_id.to_string() });
    assert_eq!(hook().map(|(_, connection)| connection), Some(line(1).channel.connection));
    let off = Disconnect { channel_id: made.channel_id.clone(), by: by() };
    assert_eq!(ledger.write(off.clone()).unwrap().state, ChannelState::Disconnected);
    ledger.write(off).unwrap();
    assert_eq!(hook(), None);
    assert!(!ledger.sql.dump().contains("secret-1"), "its secrets are forgotten");
    let refused = Receive { channel_id: made.channel_id.clone(), messages: Vec::new() };
    assert_eq!(ledger.write(refused).unwrap_err().public().code, Code::NotFound);
    let again = Connect { again: true, ..line(1) };
    assert_eq!(ledger.write(again.clone()).unwrap().state, ChannelState::Connected);
    ledger.write(again).unwrap();
    assert_eq!(names(&ledger), ["channel.connected", "channel.disconnected", "channel.connected"]);
    assert_eq!(ledger.read(List).len(), 1);
    let shown = serde_json::to_string(&ledger.read(List)).unwrap();
    assert!(!shown.contains("secret-1") && !shown.contains("token-1"), "{shown}");
}

#[test]
fn an_account_is_connected_once_and_a_kind_stays() {
    let ledger = Ledger::new();
    let made = ledger.write(mail(1, "help@shop.example")).unwrap();
    let code = |call: Connect| ledger.write(call).map_err(|fault| fault.public().code);
    assert_eq!(code(mail(2, "help@shop.example")), Err(Code::AlreadyExists));
    assert!(code(mail(3, "sales@shop.example")).is_ok());
    assert_eq!(code(Connect { again: true, ..line(1) }), Err(Code::InvalidField));
    assert_eq!(code(Connect { again: true, ..line(9) }), Err(Code::NotFound));
    let (workspace, prefix) =
        read_inbox(&format!("{}+tag@IN.example", made.inbox.unwrap().to_uppercase())).unwrap();
    assert_eq!(workspace.as_str(), "shop");
    let found = ledger.read(Hook { channel: prefix }).map(|(id, _)| id);
    assert_eq!(found, Some(made.channel_id));
    for other in ["", "shop@in.example", "shop.x@in.example", "x", "@", "shop.0123456789abcde!@x"] {
        assert_eq!(read_inbox(other), None, "{other}");
    }
    for short in ["", "ch_", "ch_0"] {
        assert_eq!(ledger.read(Hook { channel: short.to_owned() }), None, "{short}");
    }
}

#[test]
fn a_message_counts_once_and_an_old_one_never() {
    let ledger = Ledger::new();
    let channel = ledger.write(line(1)).unwrap();
    let now = UnixMillis(channel.connected_at.0);
    let twice = vec![message("1", now), message("1", now), message("2", now)];
    assert_eq!(receive(&ledger, &channel, twice), Received { taken: 2, repeats: 1, stale: 0 });
    let later = vec![message("2", now), message("3", now.plus(-8 * 86_400_000))];
    assert_eq!(receive(&ledger, &channel, later), Received { taken: 0, repeats: 1, stale: 1 });
    let waiting = "SELECT count(*) AS n FROM channel_inbox";
    assert_eq!(ledger.sql.count(waiting, bind![]).unwrap(), 2);
    let jobs = "SELECT count(*) AS n FROM jobs WHERE kind = 'inbox'";
    assert_eq!(ledger.sql.count(jobs, bind![]).unwrap(), 1, "one for each person");
    // The same id over another channel is another message.
    let other = ledger.write(line(2)).unwrap();
    assert_eq!(receive(&ledger, &other, vec![message("1", now)]).taken, 1);
}

#[test]
fn an_email_goes_on_where_it_refers_to_and_only_for_who_wrote_it() {
    let ledger = Ledger::new();
    let channel = ledger.write(mail(1, "help@shop.example")).unwrap().channel_id;
    let visitor = |n: u8| VisitorId::derive(&[&[n]]);
    let thread = |subject: &str, references: &[&str]| Thread {
        subject: subject.to_owned(),
        references: references.iter().map(|id| (*id).to_owned()).collect(),
    };
    let conversation = |n: u8| ConversationId::derive(&[&[n]]);
    let put = |n, thread: &Thread| {
        super::threads::put(&ledger.sql, &channel, &visitor(1), &conversation(n), Some(thread))
            .unwrap();
    };
    put(1, &thread("Order 77", &["1@x"]));
    put(2, &thread("Invoice", &["2@x"]));
    let at =
        |who, thread: &Thread| current(&ledger.sql, &channel, &visitor(who), Some(thread)).unwrap();
    assert_eq!(at(1, &thread("anything", &["1@x", "9@x"])), Some(conversation(1)));
    assert_eq!(at(1, &thread("invoice", &["9@x"])), Some(conversation(2)), "Re: Invoice");
    let ours = format!("a-1.{}@shop.example", conversation(1));
    assert_eq!(at(1, &thread("", &[&ours, "9@x"])), Some(conversation(1)));
    assert_eq!(at(1, &thread("Something else", &["9@x"])), None);
    assert_eq!(at(1, &thread("", &["9@x"])), None);
    assert_eq!(at(2, &thread("Order 77", &["1@x", &ours, "9@x"])), None, "somebody else");
    put(1, &thread("Re: ignored", &["3@x"]));
    assert_eq!(at(1, &thread("anything", &["3@x", "9@x"])), Some(conversation(1)));
}

#[test]
fn deliveries_are_kept_and_tell_how_the_channel_works() {
    let ledger = Ledger::new();
    let channel = ledger.write(mail(1, "help@shop.example")).unwrap();
    let conversation = ConversationId::derive(&[b"c"]);
    let begin = super::Begin {
        channel_id: channel.channel_id.clone(),
        conversation_id: conversation.clone(),
        to: super::Recipient::User("Ana@Example.com".to_owned()),
        name: None,
        subject: Some("Your order".to_owned()),
    };
    ledger.write(begin).unwrap();
    let told = |attempts, state, reason| {
        let delivery = ChannelDelivery {
            channel_id: channel.channel_id.clone(),
            conversation_id: conversation.clone(),
            message_id: "a-1".to_owned(),
            part: 0,
            state,
            reason,
            status: Some(503),
            attempts,
            at: UnixMillis(i64::from(attempts) + 1),
        };
        ledger.write(Told { deliveries: vec![delivery] }).unwrap();
    };
    let state = || ledger.read(List)[0].state;
    told(1, ChannelDeliveryState::Waiting, Some(Reason::Unreachable));
    assert_eq!(state(), ChannelState::Failing);
    let reach =
        Reach { channel_id: channel.channel_id.clone(), conversation_id: conversation.clone() };
    let reached = ledger.read(reach.clone()).unwrap();
    assert_eq!((reached.user.as_str(), reached.heard_at), ("ana@example.com", None));
    assert_eq!(reached.thread.unwrap().references, Vec::<String>::new());
    told(2, ChannelDeliveryState::Sent, None);
    assert_eq!(state(), ChannelState::Connected);
    told(1, ChannelDeliveryState::Waiting, Some(Reason::Unreachable));
    assert_eq!(state(), ChannelState::Connected, "what comes late changes nothing");
    let sent = ledger.read(reach.clone()).unwrap().thread.unwrap().references;
    assert_eq!(sent, [format!("a-1.{conversation}@shop.example")]);
    let list = |query| ledger.read(Deliveries { query }).items;
    let all = list(ChannelDeliveryQuery::default());
    assert_eq!((all.len(), all[0].state, all[0].attempts), (1, ChannelDeliveryState::Sent, 2));
    let failed = ChannelDeliveryQuery {
        state: Some(ChannelDeliveryState::Failed),
        ..ChannelDeliveryQuery::default()
    };
    assert!(list(failed).is_empty());
    ledger.write(Disconnect { channel_id: channel.channel_id.clone(), by: by() }).unwrap();
    assert!(ledger.read(reach).is_none());
}

#[test]
fn a_customer_is_reached_over_what_leads_to_them() {
    let ledger = Ledger::new();
    let chat = ledger.write(line(1)).unwrap();
    let post = ledger.write(mail(2, "help@shop.example")).unwrap();
    let calls = ledger.write(connect(3, "Calls", Connection::Phone {})).unwrap();
    let visitor = super::threads::visitor_id(&"shop".parse().unwrap(), Platform::Line, "U1");
    let mut record = closing(&ledger, 1, 1, 1, None);
    record.closed.visitor_id = visitor.clone();
    let who = ledger.write(record).unwrap().customer_id;
    let reaching = |customer_id: &CustomerId| {
        let all = ledger.read(Reaching { customer_id: customer_id.clone() });
        all.into_iter().map(|channel| channel.channel_id).collect::<Vec<_>>()
    };
    assert!(reaching(&who).is_empty(), "nothing is known of them");
    let number = "+12025550143";
    super::threads::put_contact(&ledger.sql, &calls.channel_id, &visitor, number, None, None)
        .unwrap();
    assert!(reaching(&who).is_empty(), "nobody is written to by phone");
    receive(&ledger, &chat, vec![message("1", chat.connected_at)]);
    assert_eq!(reaching(&who), std::slice::from_ref(&chat.channel_id));
    let known = ledger.write(closing(&ledger, 2, 1, 2, Some("ana@example.com"))).unwrap();
    assert_eq!(reaching(&known.customer_id), [post.channel_id]);
    ledger.write(Disconnect { channel_id: chat.channel_id, by: by() }).unwrap();
    assert!(reaching(&who).is_empty());
    let nobody = Reaching { customer_id: CustomerId::derive(&[b"nobody"]) };
    let refused = ledger.with(|cx| Read::run(nobody, cx)).unwrap_err();
    assert_eq!(refused.public().code, Code::NotFound);
}

#[test]
fn nothing_of_somebody_who_was_erased_is_left() {
    let ledger = Ledger::new();
    let channel = ledger.write(line(1)).unwrap();
    receive(&ledger, &channel, vec![message("1", channel.connected_at)]);
    let mut record = closing(&ledger, 1, 1, 1, Some("ana@example.com"));
    let visitor = super::threads::visitor_id(&"shop".parse().unwrap(), Platform::Line, "U1");
    record.closed.visitor_id = visitor.clone();
    let conversation = record.closed.conversation_id.clone();
    let id = &channel.channel_id;
    super::threads::put(&ledger.sql, id, &visitor, &conversation, None).unwrap();
    let customer_id = ledger.write(record).unwrap().customer_id;
    ledger.write(customers::Erase { customer_id, by: "test".to_owned() }).unwrap();
    for table in ["channel_contacts", "channel_inbox", "channel_threads", "channel_deliveries"] {
        let n = ledger.sql.count(&format!("SELECT count(*) AS n FROM {table}"), bind![]).unwrap();
        assert_eq!(n, 0, "{table}");
    }
}

#[test]
fn what_is_being_said_while_its_visitor_is_erased_goes_after_them() {
    let ledger = Ledger::new();
    let channel = ledger.write(line(1)).unwrap();
    receive(&ledger, &channel, vec![message("1", channel.connected_at)]);
    let visitor = super::threads::visitor_id(&"shop".parse().unwrap(), Platform::Line, "U1");
    let mut record = closing(&ledger, 1, 1, 1, Some("ana@example.com"));
    record.closed.visitor_id = visitor.clone();
    let customer_id = ledger.write(record).unwrap().customer_id;
    let seq =
        i64::try_from(ledger.sql.count("SELECT seq AS n FROM channel_inbox", bind![]).unwrap());
    let seq = seq.unwrap();
    let note = |n: &[u8]| {
        let said = Some((ConversationId::derive(&[n]), None));
        ledger.with(|cx| super::inbox::note(cx, &channel.channel_id, &visitor, seq, said.clone()))
    };
    let count =
        |from: &str| ledger.sql.count(&format!("SELECT count(*) AS n FROM {from}"), bind![]);
    ledger.write(customers::Erase { customer_id, by: "test".to_owned() }).unwrap();
    note(b"meanwhile").unwrap();
    assert_eq!(count("channel_threads").unwrap(), 0);
    let meanwhile = ConversationId::derive(&[b"meanwhile"]);
    assert!(customers::is_erased(&ledger.sql, meanwhile.as_str()).unwrap());
    assert_eq!(count("jobs WHERE kind = 'empty'").unwrap(), 2);
    // What they write afterwards is said as ever.
    receive(&ledger, &channel, vec![message("2", channel.connected_at)]);
    let seq =
        i64::try_from(ledger.sql.count("SELECT seq AS n FROM channel_inbox", bind![]).unwrap());
    let said = Some((ConversationId::derive(&[b"anew"]), None));
    let seq = seq.unwrap();
    ledger
        .with(|cx| super::inbox::note(cx, &channel.channel_id, &visitor, seq, said.clone()))
        .unwrap();
    assert_eq!((count("channel_threads").unwrap(), count("channel_inbox").unwrap()), (1, 0));
}
