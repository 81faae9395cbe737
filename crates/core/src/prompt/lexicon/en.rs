//! English.

use super::{Cue, Lexicon, Lines};

// The sentences are longer than a line, and stay whole.
#[rustfmt::skip]
pub(super) const LEXICON: Lexicon = Lexicon {
    cues: &[
        (Cue::Greeting, "\
            hi, hello*, hey*, hai, haii*, hallo, helo, hiya, howdy, yo, greetings, good morning, \
            good afternoon, good evening, good day, morning, evening, afternoon, gm, sup, \
            whats up, dear, sir, madam, mam, maam, team, there, everyone, all, guys, folks, \
            friend, how are you, how are u, how r u, how are you doing, hows it going, \
            nice to meet you, hope you are well, hope you are doing well, anyone there, \
            is anyone there, anybody there, are you there, you there, is somebody there, to you, \
            and, a, very, today, hii*, good day to you"),
        (Cue::SmallTalk, "\
            thanks, thank you, thank u, thx, ty, thank you so much, thank you very much, okey, \
            k, cool, nice, awesome, good, all right, got it, i see, no, nope, please, welcome, \
            you are welcome, bye, goodbye, see you, have a nice day, have a great day, \
            have a good day, lol, haha*, how are you, im fine, im good, i am fine, i am good, \
            doing well, and you, how about you, are you a bot, are you a robot, are you human, \
            are you real, nice weather, just looking, just browsing, no problem, no worries, \
            one moment, one second, wait, hold on, so, much, very, well, oh, ah, hmm, um, a, \
            the, and, just looking around, looking around, just testing, testing, this is a test"),
        (Cue::Opener, "\
            can you help me, could you help me, can you help, can u help me, can u help, \
            could you please help me, can you please help me, please help me, please help, \
            help me, help, kindly help me, i need help, i need some help, i need your help, \
            need help, need your help, i want help, i want your help, i want to help, \
            you can help me, will you help me, would you help me, help me out, \
            i have a question, i have one question, i have some questions, \
            i have a quick question, quick question, i have a problem, i have an issue, \
            i have a query, i have a doubt, i have a request, can i ask you something, \
            can i ask a question, can i ask something, with something, \
            i was hoping you could help, hoping you can help, looking for some help, \
            i need assistance, need assistance, i need some assistance, need a favor, something, \
            a question, one thing"),
        (Cue::Yes, "\
            yes, yeah, yea, yep, yup, ya, ok, okay, sure, of course, please do, yes please, \
            sounds good, sounds great, great, perfect, that works, that would be great, \
            go ahead, absolutely, definitely, alright, fine, correct, right"),
        (Cue::No, "\
            no, nope, nah, never, no way, no sorry"),
        (Cue::Send, "\
            send me, send it to me, send ~ to me, send us, send over, send ~ over, \
            send an email, sent to me, have it sent, get it sent, email me, mail me, e mail me, \
            forward me, forward it to me, by email, by e mail, via email, by mail, via e mail, \
            in an email, over email, to my email, to my inbox, receive ~ copy, send ~ copy, \
            send ~ invoice, send ~ receipt, send ~ quote, send ~ brochure, send ~ catalog*, \
            send ~ details, send ~ information, send ~ link, share ~ brochure, share ~ catalog*, \
            get a quote, need a quote, request a quote, want a quote, copy of my invoice, \
            copy of my receipt, copy of the invoice, copy of the receipt, subscribe, newsletter, \
            notify me, let me know when, keep me posted, keep me updated"),
        (Cue::Book, "\
            book a*, book the, book my, book it, book for, to book, id like to book, \
            make a booking, make an appointment, make a reservation, an appointment, \
            a reservation, reserve, reservation for, schedule a*, schedule an, schedule the, \
            to schedule, set up a call, set up a meeting, set up an appointment, arrange a, \
            table for, sign up for, sign me up, book me, put me down for, i want to rsvp, rsvp, \
            viewing, a room, book that, book this, book one, book us, lets book, book now, \
            the booking, get a room, to view, want to book, wanna book, like to book, \
            need to book, want to reserve, a table, set up an appt, schedule it, reserved"),
        (Cue::Call, "\
            call me, call back, callback, call us back, phone me, ring me, give me a call, \
            give me a ring, get a call, speak on the phone, talk on the phone, talk by phone, \
            reach me by phone, contact me by phone, someone call, somebody call, text me"),
        (Cue::Human, "\
            talk to a human, speak to a human, talk to a person, speak to a person, \
            talk to a real person, speak to a real person, talk to someone, speak to someone, \
            speak with someone, talk with someone, talk to somebody, speak to somebody, \
            real person please, real human, human please, a human please, agent please, \
            live agent, human agent, talk to ~ agent, speak to ~ agent, speak with ~ agent, \
            chat with ~ agent, connect me ~ agent, connect me to, transfer me, get me ~ agent, \
            need an agent, want an agent, need a human, want a human, talk to ~ representative, \
            speak to ~ representative, speak with ~ representative, need a representative, \
            representative please, contact customer service, talk to customer service, \
            speak to customer service, talk to support, talk to ~ manager, speak to ~ manager, \
            speak with ~ manager, want the manager, talk to ~ colleague, speak to ~ advisor, \
            talk to ~ advisor, speak to ~ consultant, talk to ~ consultant, contact me, \
            get back to me, reach out to me, someone contact"),
        (Cue::Returning, "\
            im back, i am back, its me again, i was here, i wrote to you, \
            i chatted with, i spoke with, i spoke to, i talked to, we spoke, we talked, \
            existing customer, returning customer, already a customer, im a customer, \
            i am a customer, long time customer, regular customer, i contacted you, last time i, \
            i bought from you before, i already have an account with you, ive ordered before, \
            i ordered from you before, following up on, follow up on, my previous conversation, \
            my last conversation, my earlier conversation"),
        (Cue::Matter, "\
            my order, my account, my package, my parcel, my delivery, my shipment, my refund, \
            my return, my booking, my reservation, my appointment, my flight, my ticket, \
            my seat, my invoice, my bill*, my payment, my subscription, my plan, my policy, \
            my claim, my card, my credit card, my debit card, my balance, my password, my login, \
            my profile, my internet, my service, my license, my insurance, my address, my data, \
            my contract, my membership, my purchase, my statement, my software, where is my, \
            wheres my, status of my, change my, cancel my, update my, reset my, check my, \
            return my, track my, i ordered, i bought, i purchased, i was charged, \
            ive been charged, charged twice, i paid, i lost my, i forgot my, i cant log in, \
            i cannot log in, i need a refund, i want a refund, i want to return, \
            i want to cancel, i need to cancel, i want to change, i need to change, \
            arrived damaged, hasnt arrived, didnt arrive, havent received, not received, \
            never arrived, file a claim, open an account"),
        (Cue::Topic, "\
            order, orders, account, accounts, package, parcel, delivery, shipment, refund, \
            return, booking, reservation, appointment, flight id, ticket, seat, seats, boarding, \
            boarding pass*, invoice, bill, billing, payment, subscription, policy, claim, card, \
            cards, credit, debit, balance, password, login, log in, sign in, profile, license, \
            licence, insurance, coverage, address, contract, membership, purchase, statement, \
            transaction*, transfer, charge, charges, charged, fee, loan, mortgage, pin, \
            warranty, repair, screen, software, application, app, update, updates, upgrade, \
            error, bug, crash*, server, servers, network, outage, connection, outlook, device, \
            laptop, computer, printer, install*, activate, deactivate, cancel, dispute, \
            reimburs*, expense*, expenses, report, check in, luggage, baggage, damaged, broken, \
            cracked, missing, fix, fixing, fixed, replace, replacement, exchange, checks, \
            checking account, savings, proof, status, service, rental, ride, fraud, stolen, \
            stole, withdrew, hacked, under attack, locked out, emergency, prescription, doctor, \
            medication, sick, pain, problem, issue, unable to, slow, doesnt work, not work, \
            not working, isnt working, stopped working, not open*, not opened, wont open, \
            wont start, cant open, cannot open, not responding, robbed, prescribed, dose, pills, \
            headache, accident, discount code, voucher, gift card, my car, my phone, my device"),
        (Cue::Want, "\
            i want*, i wanna, i wants, i need*, i would like, i would love, id like, id love, \
            i like to, i wish to, i wish, id want, i am trying to, im trying to, i have to, \
            i am calling, i got to, i gotta, we need, we want, we would like, wed like, want to, \
            need to, would like, like to, help me, let me"),
        (Cue::Know, "\
            to know, know about, know the, know your, know if, know whether, know more, \
            information about, information on, info about, info on, tell me about, learn about, \
            learn more, more about, wondering, curious, explain, whether, if you, tell me your, \
            tell me the"),
        (Cue::Explore, "\
            looking for, search for, search a*, searching for, find a*, finding a*, find me a*, \
            find some, look for, looking at, browse, browsing, recommend, recommendation*, \
            suggest, suggestion*, what do you have, which one, compare, comparison, options, \
            whats available, what is available, the best, the cheapest, do you have any, \
            do you sell, some help finding, search*"),
        (Cue::Own, "\
            my, mine, ive, myself, our, i was, i have been, i got, i received, i lost, i forgot, \
            i didnt, i havent, i never, someone"),
        (Cue::Polite, "\
            can you, could you, can u, could u, would you, will you, can i, could i, may i, \
            can we, please, pls, plz, kindly, is it possible, i was hoping, id appreciate, \
            help me, help us"),
        (Cue::Question, "\
            what, whats, when, where, which, who, why, how, can you, could you, do you, does, \
            is there, are there, is it, are you, can i, may i, will you, would you, do i, \
            should i"),
        (Cue::Angry, "\
            ridiculous, unacceptable, outrageous, disgusting, pathetic, useless, worst, \
            terrible, horrible, awful, furious, angry, pissed, fed up, sick of, had enough, \
            scam*, fraudsters, thieves, rip off, ripoff, lawyer, sue you, wtf, bullshit, damn, \
            fuck*, shit*, idiot*, incompetent, joke of a, waste of time, wasting my time, \
            how dare, still waiting, how many times, nobody answers, no one answers, \
            never again, extremely disappointed, very disappointed, so disappointed, \
            what is wrong with you"),
        (Cue::Refuse, "\
            rather not, prefer not, dont want to, do not want to, wont give, wont share, \
            not giving, not sharing, not comfortable, none of your business, why do you need, \
            why do you want, what do you need ~ for, why would you need, why should i, \
            not necessary, no need, thats private, its private, is private, pass, \
            without giving, stay anonymous, remain anonymous, anonymous*, i dont have, \
            i do not have, dont ask, stop asking, cant share, cannot share, cant give"),
        (Cue::Evade, "\
            skip, skip it, not now, maybe later, later, another time, no thanks, no thank you, \
            just answer, i dont have*, i do not have*, i havent got, dont have one, \
            cant remember, i forgot it, not yet, first answer"),
        (Cue::Unsure, "\
            not sure, i dont know, dont know, no idea, let me check, let me think, \
            give me a moment, one moment, one second, hold on, wait, hmm, it depends"),
        (Cue::Not, "\
            dont, do not, not, never, without, no need to, dont want to, do not want to, \
            dont want you to, not going to, not ready to"),
        (Cue::Email, "\
            email, e mail, mail address, emails"),
        (Cue::Phone, "\
            phone number, telephone, mobile number, cell number, contact number, your number, \
            my number, callback number, your phone, whatsapp number, number to reach, \
            number we can reach, cell phone, my phone number"),
        (Cue::AsksName, "\
            your name, your full name, your first name, your last name, your good name, \
            your given name, whats your name, who am i speaking, who am i talking, \
            who am i chatting, who do i have the pleasure, what should i call you, \
            what may i call you, how should i address you, my name, my full name, the name on, \
            first and last name"),
        (Cue::AsksEmail, "\
            your email*, your e mail*, your mail, email address, e mail address, email id, \
            mail id, an email, which email, what email, whats the email, best email, \
            which e mail"),
        (Cue::AsksPhone, "\
            your phone, your number, your mobile, your cell, your telephone, \
            your contact number, phone number, telephone number, mobile number, contact number, \
            callback number, cell number, number to reach, number we can reach, best number, \
            which number, what number"),
        (Cue::Imperative, "\
            please, provide, give, tell, share, enter, type, confirm, need, may i, can i, \
            could i, let me know, let us know, specify"),
        (Cue::OffersSend, "\
            send you, email you, e mail you, mail you, forward you, send it to you, \
            send them to you, share it with you"),
        (Cue::OffersBook, "\
            book you, book it, book that, reserve it, reserve that, make a reservation, \
            make an appointment, schedule an appointment, schedule it, set that up, \
            find you a slot, book an appointment, book a*"),
        (Cue::OffersCall, "\
            call you, ring you, phone you, give you a call, callback, call back"),
    ],
    lines: Lines {
        email_send: "Happy to send that to you. Which e-mail address should I use?",
        email_book: "Which e-mail address should the confirmation go to?",
        email_handoff: "So that the answer can reach you if you leave the chat: what is your e-mail address?",
        email_returning: "Good to have you back! Which e-mail address did you use before, so that I can find what we already have?",
        name_book: "Gladly. What name should I put the booking under?",
        name_call: "Gladly. Who should we ask for when we call?",
        name_matter: "I can help with that. May I have your full name, so that I can look into it for you?",
        phone_book: "And a phone number, in case something changes with your booking?",
        phone_call: "Which number can we reach you on?",
        confirm_on_file: "Good to have you back! Should we still use the e-mail address we have on file{value}?",
        confirm_slip: "Just to be sure: did you mean {value}?",
    },
};
