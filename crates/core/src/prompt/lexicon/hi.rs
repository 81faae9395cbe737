//! Hindi, in Devanagari and as it is typed in Latin letters.

use super::{Cue, Lexicon, Lines};

// The sentences are longer than a line, and stay whole.
#[rustfmt::skip]
pub(super) const LEXICON: Lexicon = Lexicon {
    cues: &[
        (Cue::Greeting, "\
            नमस्ते, नमस्कार, हैलो, हेलो, हाय, प्रणाम, सुप्रभात, शुभ संध्या, कैसे हैं, कैसे हो, \
            आप कैसे हैं, कोई है, सर, मैडम, जी, namaste, namaskar, kaise ho, kaise hain, \
            aap kaise hain, koi hai, ji"),
        (Cue::SmallTalk, "\
            धन्यवाद, शुक्रिया, बहुत, नहीं, समझ गया, समझ गई, कृपया, अलविदा, क्या आप बॉट हैं, \
            एक मिनट, dhanyavad, shukriya, accha, nahi"),
        (Cue::Opener, "\
            मेरी मदद करें, मेरी मदद कीजिए, मदद करें, मदद कीजिए, मदद, मदद चाहिए, मुझे मदद चाहिए, \
            क्या आप मेरी मदद कर सकते हैं, क्या आप मदद कर सकते हैं, एक सवाल है, मेरा एक सवाल है, \
            सवाल है, एक समस्या है, मुझे एक समस्या है, कुछ पूछना है, madad chahiye, \
            mujhe madad chahiye, madad karo, meri madad karo, ek sawal hai, help chahiye, \
            mujhe help chahiye, kuch puchna hai, ek problem hai, mujhe help"),
        (Cue::Yes, "\
            हाँ, हां, जी, जी हाँ, जी हां, ठीक है, ठीक, जरूर, बिल्कुल, अच्छा, सही है, haan, ha, \
            ji, ji haan, theek hai, thik hai, bilkul, zaroor, sahi hai"),
        (Cue::No, "\
            नहीं, ना, कभी नहीं, nahi, na"),
        (Cue::Send, "\
            भेज*, मेल कर*, ईमेल कर*, ईमेल पर, मेल पर, कोटेशन, bhej*, mail kar*, email kar*, \
            email par, mail pe, सूचित कर*, बता देना"),
        (Cue::Book, "\
            बुक कर*, बुकिंग कर*, अपॉइंटमेंट, अपॉइन्टमेंट, आरक्षण, रिजर्व*, book kar*, \
            booking kar*, appointment, कमरा बुक*, टेबल बुक*"),
        (Cue::Call, "\
            कॉल कर*, फोन कर*, कॉल बैक, कॉलबैक, फोन पर बात, call kar*, phone kar*, call back"),
        (Cue::Human, "\
            किसी से बात, इंसान से बात, एजेंट, प्रतिनिधि, मैनेजर, कस्टमर केयर, संपर्क कर*, \
            kisi se baat, insaan se, agent se, customer care, sampark"),
        (Cue::Returning, "\
            पुराना ग्राहक, पुरानी ग्राहक, मैं ग्राहक हूँ, फिर से मैं, पहले भी, पिछली बार, \
            पहले बात, पहले खरीदा, purana customer, pichli baar, pehle bhi, pehle baat"),
        (Cue::Matter, "\
            मेरा ऑर्डर, मेरे ऑर्डर, मेरा खाता, मेरे खाते, मेरा अकाउंट, मेरे अकाउंट, मेरा पार्सल, \
            मेरा पैकेज, मेरी डिलीवरी, मेरा रिफंड, मेरी बुकिंग, मेरा टिकट, मेरी फ्लाइट, मेरा बिल, \
            मेरा भुगतान, मेरी पॉलिसी, मेरा कार्ड, मेरा पासवर्ड, मेरा प्लान, काम नहीं कर*, \
            नहीं मिला, नहीं मिली, नहीं आया, भूल गया, भूल गई, mera order, mere order, \
            mera account, mere account, mera refund, mera parcel, mera card, mera bill, \
            cancel karna, kaam nahi, nahi mila, nahi aaya, kho gaya, bhool gaya"),
        (Cue::Topic, "\
            ऑर्डर, खाता, खाते, अकाउंट, पार्सल, पैकेज, डिलीवरी, रिफंड, वापसी, बुकिंग, टिकट, \
            फ्लाइट, उडान, सीट, बिल, रसीद, भुगतान, पेमेंट, सदस्यता, पॉलिसी, क्लेम, दावा, कार्ड, \
            बैलेंस, पासवर्ड, लॉगिन, प्रोफाइल, बीमा, पता बदल*, ट्रांसफर, वारंटी, मरम्मत, स्क्रीन, \
            ऐप, अपडेट, एरर, सर्वर, इंटरनेट, नेटवर्क, रद्द, कैंसल, कैंसिल, बदलना, खराब, टूटा, \
            टूट गया, चोरी, धोखाधडी, खो गया, खो गई, शुल्क, लोन, स्थिति, स्टेटस, डॉक्टर, order, \
            account, refund, parcel, card, bill, payment, password, recharge, ticket, booking, \
            समस्या, काम नहीं, नहीं खुल*, धीमा, दुर्घटना, problem, kaam nahi, nahi khul*, slow"),
        (Cue::Want, "\
            चाहिए, चाहता हूँ, चाहती हूँ, चाहता हूं, चाहती हूं, चाहते हैं, करना है, लेना है, \
            करवाना है, chahiye, chahta hu*, chahti hu*, karna hai, lena hai, karwana hai"),
        (Cue::Know, "\
            जानना, जानकारी, बताइए कि, समझाइए, janna, jankari"),
        (Cue::Explore, "\
            ढूंढ*, ढूँढ*, खोज रहा, खोज रही, तलाश, सुझाव, सुझाइए, कौन सा अच्छा, सबसे अच्छा, \
            सबसे सस्ता, विकल्प, dhund*, suggest karo, sabse accha, sabse sasta"),
        (Cue::Own, "\
            मेरा, मेरी, मेरे, मैंने, हमारा, हमारी, mera, meri, mere, maine, hamara"),
        (Cue::Polite, "\
            कृपया, सकते हैं, सकती हैं, सकता हूँ, सकता हूं, दीजिए, दो ना, कर दें, कर दीजिए, \
            please, sakte hain, sakte ho, dijiye, kar do, kar dijiye"),
        (Cue::Question, "\
            क्या, कब, कहाँ, कहां, कौन, क्यों, कैसे, कितना, कितने, कितनी, kya, kab, kahan, kaun, \
            kyu, kaise, kitna, kitne"),
        (Cue::Angry, "\
            बकवास, घटिया, बेकार, गुस्सा, धोखा*, धोखेबाज, चोर, शर्मनाक, बर्दाश्त, परेशान हो गया, \
            तंग आ, शिकायत, वकील, कितनी बार, कोई जवाब नहीं, bakwas, ghatiya, bekar, gussa, \
            dhokha*, chor, kitni baar, pareshan ho"),
        (Cue::Refuse, "\
            नहीं देना, नहीं दूंगा, नहीं दूँगा, नहीं दूंगी, नहीं बता*, क्यों चाहिए, क्यों जरूरत, \
            किसलिए, जरूरत नहीं, निजी, nahi dena, nahi dunga, nahi dungi, nahi bata*, \
            kyu chahiye, kyon chahiye, zarurat nahi, jarurat nahi, personal hai"),
        (Cue::Evade, "\
            अभी नहीं, बाद में, मेरे पास नहीं, नहीं है, याद नहीं, फिर कभी, पहले, abhi nahi, \
            baad me*, mere paas nahi, yaad nahi, phir kabhi, pehle"),
        (Cue::Unsure, "\
            पता नहीं, मालूम नहीं, एक मिनट, रुको, रुकिए, देखता हूँ, सोच रहा, pata nahi, \
            ek minute, ruko, dekhta hu*"),
        (Cue::Not, "\
            मत, नहीं, न, mat, nahi, na"),
        (Cue::Email, "\
            ईमेल, ई मेल, मेल आईडी, email, mail id"),
        (Cue::Phone, "\
            फोन नंबर, मोबाइल, मोबाइल नंबर, आपका नंबर, मेरा नंबर, phone number, mobile number, \
            aapka number, mera number"),
        (Cue::AsksName, "\
            आपका नाम, आपका शुभ नाम, शुभ नाम, पूरा नाम, मेरा नाम, किसके नाम, किस नाम, aapka naam, \
            apka naam, mera naam"),
        (Cue::AsksEmail, "\
            आपका ईमेल, आपकी ईमेल, आपका ई मेल, ईमेल पता, ईमेल आईडी, ईमेल बता*, aapka email, \
            email id, apna email, अपना ईमेल"),
        (Cue::AsksPhone, "\
            आपका नंबर, आपका फोन, आपका मोबाइल, फोन नंबर, मोबाइल नंबर, aapka number, apna number, \
            mobile number, phone number, अपना नंबर"),
        (Cue::Imperative, "\
            कृपया, बताएं, बताएँ, बताइए, दें, दीजिए, साझा करें, लिखें, please, bataye, bataiye, \
            dijiye, share kare*"),
        (Cue::OffersSend, "\
            आपको भेज*, आपको ईमेल कर*, आपको मेल कर*, भेज दूँ, भेज दूं, aapko bhej*, bhej du"),
        (Cue::OffersBook, "\
            बुक कर दूँ, बुक कर दूं, बुक करूँ, बुक करूं, बुकिंग कर दूँ, book kar du"),
        (Cue::OffersCall, "\
            आपको कॉल, आपको फोन, कॉल करूँ, कॉल करूं, कॉल कर लें, aapko call"),
    ],
    lines: Lines {
        email_send: "ज़रूर। इसे किस ईमेल पते पर भेजा जाए?",
        email_book: "पुष्टि किस ईमेल पते पर भेजी जाए?",
        email_handoff: "ताकि चैट छोड़ने के बाद भी जवाब आप तक पहुँचे: आपका ईमेल पता क्या है?",
        email_returning: "आपका फिर से स्वागत है! आपकी जानकारी ढूँढ़ने के लिए, आपने पहले कौन-सा ईमेल दिया था?",
        name_book: "ज़रूर। बुकिंग किसके नाम से की जाए?",
        name_call: "ज़रूर। कॉल करने पर किनसे बात करनी होगी?",
        name_matter: "इसमें मदद की जाएगी। जाँच के लिए कृपया अपना पूरा नाम बताएँ।",
        phone_book: "और एक फ़ोन नंबर, ताकि बुकिंग में बदलाव होने पर बता सकें?",
        phone_call: "हम आपको किस नंबर पर कॉल करें?",
        confirm_on_file: "आपका फिर से स्वागत है! क्या हमारे पास दर्ज ईमेल पता{value} अब भी सही है?",
        confirm_slip: "पक्का करने के लिए: क्या आपका मतलब {value} था?",
    },
};
